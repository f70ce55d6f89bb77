/** CSV and TSV, as spreadsheets and pandas write them: any delimiter, quoted line breaks. */
import Papa from "papaparse";
import { DatasetError } from "../datasetError.ts";
import type { ParsedRow } from "../row.ts";

/** Delimiters that are recognised. */
const DELIMITERS = [",", "\t", ";", "|"];

/** Parses a table with a header line. Throws `DatasetError` if it has none or a quote is not closed. */
export function parseDelimited(file: string, text: string): ParsedRow[] {
  const { data, errors, meta } = Papa.parse<string[]>(text, {
    delimiter: /\.tsv(\.gz)?$/i.test(file) ? "\t" : "",
    delimitersToGuess: DELIMITERS,
    skipEmptyLines: "greedy",
  });
  const broken = errors.find(({ type }) => type === "Quotes");
  if (broken !== undefined) {
    const what = `row ${broken.row ?? 1} has a quote that is not closed (${broken.message})`;
    throw new DatasetError(file, what, "Save the table again as CSV.");
  }
  const [header, ...body] = data;
  if (header === undefined) throw new DatasetError(file, "the file is empty", "Choose another file.");
  if (header.length < 2 && !DELIMITERS.includes(meta.delimiter)) return rowsOf([header.join("")], body);
  checkHeader(file, header);
  return rowsOf(
    header.map((name, i) => (name.trim() === "" ? `column ${i + 1}` : name.trim())),
    body,
  );
}

/** Refuses a table without column names, whose first question would be lost. */
function checkHeader(file: string, header: readonly string[]): void {
  const repeated = header.find((name, i) => name.trim() !== "" && header.indexOf(name) !== i);
  const isValue = header.some(
    (cell) => /^\s*-?\d+(\.\d+)?\s*$/.test(cell) || cell.length > 100 || cell.includes("?"),
  );
  if (repeated === undefined && !isValue) return;
  const what =
    repeated === undefined
      ? `its first line (${JSON.stringify(header.join(", ").slice(0, 80))}) is a row, not the names of the columns`
      : `two columns are called "${repeated}"`;
  throw new DatasetError(file, what, "Put a line of column names above the rows, such as question,answer.");
}

function rowsOf(names: readonly string[], body: readonly (readonly string[])[]): ParsedRow[] {
  return body.map((cells, i) => {
    const extra = cells.slice(names.length).filter((cell) => cell.trim() !== "");
    if (extra.length > 0)
      return { row: i + 1, reason: `it has ${cells.length} cells, but there are ${names.length} columns` };
    return {
      row: i + 1,
      value: Object.fromEntries(names.map((name, column) => [name, cells[column] ?? null])),
    };
  });
}
