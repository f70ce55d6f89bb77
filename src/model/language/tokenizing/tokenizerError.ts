/** A tokenizer that cannot be used: the message names the file and the field. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}
