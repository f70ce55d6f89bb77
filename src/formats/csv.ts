/** CSV writer (RFC 4180) with protection against formula injection in spreadsheets. */

/** Value of a cell; null and undefined leave it empty. */
export type CsvValue = string | number | boolean | null | undefined;

/**
 * Writes a header line with every key in order of first appearance, then one line per record. Lines end in CR LF. Numbers
 * are written with full precision.
 */
export function toCsv(records: readonly Readonly<Record<string, CsvValue>>[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (columns.length === 0) return "";
  const lines = [
    columns.map(cell),
    ...records.map((record) => columns.map((column) => cell(record[column]))),
  ];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

/** Text that a spreadsheet would evaluate as a formula (OWASP, "CSV Injection"), including full-width signs. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
