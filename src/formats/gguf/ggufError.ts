/** A GGUF file that cannot be read: what is wrong, and what to do. */
export class GgufError extends Error {
  override readonly name = "GgufError";

  constructor(what: string, remedy = "Download it again, or convert the model anew.") {
    super(`GGUF file: ${what}. ${remedy}`);
  }
}
