/** A data set file cannot be used at all. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";

  constructor(fileName: string, what: string, remedy: string) {
    super(`${fileName}: ${what}. ${remedy}`);
  }
}

/** Description of the expected format, which ends most error messages. */
export const EXPECTED =
  'Expected a JSON list of objects, or one object per line (JSONL), each with a text "prompt" and, if known, an "answer"';
