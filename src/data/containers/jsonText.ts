/** JSON documents and JSONL as text. */
import { DatasetError, EXPECTED } from "../datasetError.ts";
import { asRecord, type ParsedRow } from "../row.ts";

type Parsed = { readonly value: unknown } | { readonly problem: string };

function parseJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Parses the next lines of JSONL; `row` and `line` continue over batches. */
export class LineParser {
  #row = 0;
  #line = 0;

  /** Returns the rows of some lines, without blank ones. */
  parse(lines: readonly string[]): ParsedRow[] {
    const rows: ParsedRow[] = [];
    for (const content of lines) {
      this.#line += 1;
      if (content.trim() === "") continue;
      this.#row += 1;
      const place = { row: this.#row, line: this.#line };
      const parsed = parseJson(content);
      if ("value" in parsed) rows.push({ ...place, value: parsed.value });
      else rows.push({ ...place, reason: `not JSON (${parsed.problem})` });
    }
    return rows;
  }
}

/** Returns the document of a JSON text, or the rows of JSONL. Throws `DatasetError` if it is neither. */
export function parseDocument(file: string, text: string): { document: unknown } | { rows: ParsedRow[] } {
  const whole = parseJson(text);
  if ("value" in whole) return { document: whole.value };
  if (!text.trimStart().startsWith("[")) {
    const rows = new LineParser().parse(text.split(/\r\n|\n|\r/));
    if (rows.some((row) => "value" in row && asRecord(row.value) !== null)) return { rows };
  }
  const what = `the file is neither JSON nor JSONL (${whole.problem}${placeOf(whole.problem, text)})`;
  throw new DatasetError(file, what, `${EXPECTED}.`);
}

/** Converts the character position in a JSON error message, if any, to line and column. */
function placeOf(problem: string, text: string): string {
  if (problem.includes("line ")) return "";
  const position = /position (\d+)/.exec(problem)?.[1];
  if (position === undefined) return "";
  const before = text.slice(0, Number(position));
  const lines = before.split("\n").length;
  return `, line ${lines}, column ${before.length - before.lastIndexOf("\n")}`;
}

/** Whether a text begins with two lines that are JSON objects: JSONL, which is read line by line. */
export function isJsonLines(start: string): boolean {
  const [first, second] = start.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
  if (first === undefined || second === undefined) return false;
  const parsed = parseJson(first);
  return (
    "value" in parsed && typeof parsed.value === "object" && parsed.value !== null && /^\s*[{[]/.test(second)
  );
}
