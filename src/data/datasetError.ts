/** Something is wrong with the whole file: says what, where, and what to do. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";

  constructor(fileName: string, what: string, remedy: string) {
    super(`${fileName}: ${what}. ${remedy}`);
  }
}

/** What every file must look like; the end of most error messages. */
export const EXPECTED =
  'Expected is a JSON list of objects, or one object a line (JSONL), each with a text "prompt" and, if known, an "answer"';
