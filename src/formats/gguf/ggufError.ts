/** A GGUF file cannot be read. */
export class GgufError extends Error {
  override readonly name = "GgufError";

  constructor(what: string, remedy = "Download it again, or convert the model again.") {
    super(`GGUF file: ${what}. ${remedy}`);
  }
}

/** A model cannot be written as a GGUF file. */
export class GgufExportError extends Error {
  override readonly name = "GgufExportError";

  constructor(what: string) {
    super(`cannot export GGUF: ${what}. Export safetensors instead.`);
  }
}
