/** Records -> CSV (RFC 4180) that a spreadsheet opens without running anything it contains. */

/** What a cell may hold; null and undefined leave it empty. */
export type CsvValue = string | number | boolean | null | undefined;

/**
 * One line a record, after a line of column names: every key, in order of first appearance. Lines end in CR LF.
 * Numbers are written so that they read back exactly.
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

/** Text that a spreadsheet would run as a formula (OWASP, "CSV Injection"), full-width signs included. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
