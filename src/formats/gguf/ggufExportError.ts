/** A model that cannot be written as a GGUF file: what is in the way, and what to do. */
export class GgufExportError extends Error {
  override readonly name = "GgufExportError";

  constructor(what: string, remedy = "Export safetensors instead.") {
    super(`not written as GGUF: ${what}. ${remedy}`);
  }
}
