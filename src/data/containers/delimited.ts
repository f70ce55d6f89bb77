/** CSV and TSV, as spreadsheets and pandas write them: any delimiter, quoted line breaks, nested values in Python's form. */
import Papa from "papaparse";
import { DatasetError } from "../datasetError.ts";
import { isKnownName } from "../fields/roles.ts";
import { isNested, parsed } from "../fields/value.ts";
import type { ParsedRow } from "../row.ts";

/** Delimiters that are recognised. */
const DELIMITERS = [",", "\t", ";", "|"];

/** Parses a table with a header line. Throws `DatasetError` if it has none or a quote is not closed. */
export function parseDelimited(file: string, text: string): ParsedRow[] {
  const [hint, stated] = /^sep=([,;|\t])\r?\n/.exec(text) ?? []; // Excel's first line
  const table = text.slice(hint?.length ?? 0);
  const { data, errors } = Papa.parse<string[]>(table, {
    delimiter: stated ?? (/\.tsv(\.gz)?$/i.test(file) ? "\t" : delimiterOf(table)),
    skipEmptyLines: "greedy",
  });
  const broken = errors.find(({ type }) => type === "Quotes");
  if (broken !== undefined) {
    const what = `row ${broken.row ?? 1} has a quote that is not closed (${broken.message})`;
    throw new DatasetError(file, what, "Save the table again as CSV.");
  }
  const [header, ...body] = data;
  if (header === undefined) throw new DatasetError(file, "the file is empty", "Choose another file.");
  checkHeader(file, header);
  const names = header.map((name, i) => (name.trim() === "" ? `column ${i + 1}` : name.trim()));
  return rowsOf(names, body);
}

/** The delimiter of the header line that gives the most even rows; none where the header is one name. */
function delimiterOf(table: string): string {
  const [header = []] = Papa.parse<string[]>(table, { delimiter: Papa.UNIT_SEP, preview: 1 }).data;
  const inHeader = DELIMITERS.filter((delimiter) => {
    const [cells = []] = Papa.parse<string[]>(table, { delimiter, preview: 1 }).data;
    return cells.length > header.length;
  });
  const [only, second] = inHeader;
  if (only === undefined) return Papa.UNIT_SEP;
  if (second === undefined) return only;
  return Papa.parse(table, { delimitersToGuess: inHeader, preview: 20 }).meta.delimiter;
}

/** Refuses a table without column names, whose first question would be lost, and one with a name twice. */
function checkHeader(file: string, header: readonly string[]): void {
  const repeated = header.find((name, i) => name.trim() !== "" && header.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new DatasetError(file, `two columns are called "${repeated}"`, "Rename one of them.");
  const isSentence = (cell: string): boolean => cell.trim().split(/\s+/).length > 3;
  const isValue = (cell: string): boolean => /^\s*-?\d+(\.\d+)?\s*$|\?/.test(cell) || cell.length > 100;
  if (!header.some(isValue) && (header.some(isKnownName) || !header.some(isSentence))) return;
  const line = JSON.stringify(header.join(", ").slice(0, 80));
  const what = `its first line (${line}) is a row, not the names of the columns`;
  throw new DatasetError(file, what, "Put a line of column names above the rows, such as question,answer.");
}

function rowsOf(names: readonly string[], body: readonly (readonly string[])[]): ParsedRow[] {
  const areIntegers = names.map((_, column) =>
    body.every((cells) => INTEGER.test(cells[column] ?? "") || (cells[column] ?? "").trim() === ""),
  );
  return body.map((cells, i) => {
    const extra = cells.slice(names.length).filter((cell) => cell.trim() !== "");
    const columns = names.length === 1 ? "there is 1 column" : `there are ${names.length} columns`;
    const count = cells.length === 1 ? "1 cell" : `${cells.length} cells`;
    if (extra.length > 0 || cells.length < names.length)
      return { row: i + 1, reason: `it has ${count}, but ${columns}` };
    const values = cells.map((cell, column) => valueOf(cell, areIntegers[column] === true));
    return { row: i + 1, value: Object.fromEntries(names.map((name, column) => [name, values[column]])) };
  });
}

/** Whole numbers, also as pandas prints them in a column with blank cells. */
const INTEGER = /^\s*-?(?:0|[1-9]\d{0,14})(?:\.0)?\s*$/;

/** A number in a column of whole numbers, a list or an object as Python or JSON writes it, else text. */
function valueOf(cell: string, isInteger: boolean): unknown {
  if (isInteger && cell.trim() !== "") return Number(cell);
  return isNested(cell) ? parsed(cell) : cell;
}
