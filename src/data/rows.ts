/** Splits the text of a data set file into rows: a JSON list, an object around a list, one object, or JSONL. */
import { DatasetError, EXPECTED } from "./datasetError.ts";
import { asRecord, hasPrompt } from "./fields.ts";

/** An unusable row. */
export interface RowError {
  /** 1-based row number, blank lines not counted. */
  readonly row: number;
  /** 1-based line number; JSONL only. */
  readonly line?: number;
  readonly reason: string;
}

/** A parsed but unvalidated row. */
export interface RawRow {
  readonly row: number;
  readonly line?: number;
  readonly value: unknown;
}

interface RawRows {
  readonly rows: readonly RawRow[];
  /** Lines of a JSONL file that are not valid JSON. */
  readonly errors: readonly RowError[];
  readonly notes: readonly string[];
}

type Parsed = { readonly value: unknown } | { readonly problem: string };

function parseJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const numberRows = (values: readonly unknown[]): RawRow[] =>
  values.map((value, i) => ({ row: i + 1, value }));

/** Returns the rows of a JSON document: a list, an object around one list, or a single row. */
function documentRows(fileName: string, value: unknown): RawRows {
  if (Array.isArray(value)) return { rows: numberRows(value), errors: [], notes: [] };
  const record = asRecord(value);
  if (record === null)
    throw new DatasetError(fileName, "the file holds a single value, not a list", `${EXPECTED}.`);
  if (hasPrompt(record)) return { rows: numberRows([record]), errors: [], notes: [] };
  const lists = Object.entries(record).flatMap(([key, list]) => (Array.isArray(list) ? [{ key, list }] : []));
  const [first, ...others] = lists.filter(({ list }) => list.some((item) => asRecord(item) !== null));
  if (first === undefined) return { rows: numberRows([record]), errors: [], notes: [] };
  if (others.length > 0) {
    const names = [first, ...others].map(({ key }) => `"${key}"`).join(", ");
    throw new DatasetError(
      fileName,
      `the object has several lists (${names})`,
      "Keep only one of them in the file.",
    );
  }
  return {
    rows: numberRows(first.list),
    errors: [],
    notes: [`The rows were read from the list "${first.key}".`],
  };
}

/** Parses JSONL; null if no line is an object. */
function lineRows(text: string): RawRows | null {
  const rows: RawRow[] = [];
  const errors: RowError[] = [];
  let row = 0;
  for (const [i, content] of text.split(/\r\n|\n|\r/).entries()) {
    if (content.trim() === "") continue;
    row += 1;
    const line = i + 1;
    const parsed = parseJson(content);
    if ("value" in parsed) rows.push({ row, line, value: parsed.value });
    else errors.push({ row, line, reason: `not JSON (${parsed.problem})` });
  }
  return rows.some(({ value }) => asRecord(value) !== null) ? { rows, errors, notes: [] } : null;
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

/** Parses a file as JSON or, failing that, as JSONL. Throws `DatasetError`. */
export function readRows(fileName: string, text: string): RawRows {
  const content = text.replace(/^\uFEFF/, "");
  if (content.trim() === "") throw new DatasetError(fileName, "the file is empty", `${EXPECTED}.`);
  if (content.slice(0, 1000).includes("\0")) {
    throw new DatasetError(fileName, "the file is not text", "Save the data set as JSON or JSONL in UTF-8.");
  }
  const whole = parseJson(content);
  if ("value" in whole) return documentRows(fileName, whole.value);
  const lines = content.trimStart().startsWith("[") ? null : lineRows(content);
  if (lines !== null) return lines;
  const what = `the file is neither JSON nor JSONL (${whole.problem}${placeOf(whole.problem, content)})`;
  throw new DatasetError(fileName, what, `${EXPECTED}.`);
}
