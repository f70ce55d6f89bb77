/** Splits of a JSON document: lists of rows, columns of values, the orients of pandas, the Hub's data set viewer. */
import { DatasetError, EXPECTED } from "../datasetError.ts";
import { hasPrompt } from "../fields/roles.ts";
import { areTurns, asRecord, numberRows, rowFields, splitOf, type Fields, type Split } from "../row.ts";

/** Returns the splits of a parsed JSON document. Throws `DatasetError` if it holds no rows. */
export function jsonSplits(file: string, document: unknown): Split[] {
  const whole = rowsOf(document);
  if (whole !== null) return [splitOf("", file, numberRows(whole.rows), ...whole.notes)];
  const record = typeof document === "string" ? null : rowFields(document);
  if (record === null)
    throw new DatasetError(file, "the file holds a single value, not a list", `${EXPECTED}.`);
  if (hasPrompt(record)) return [splitOf("", file, numberRows([record]))];
  const parts = Object.entries(record).flatMap(([name, value]) => {
    const part = Array.isArray(value) && value.every(isList) ? null : rowsOf(value); // lists in lists are cells
    return part === null || part.rows.every((row) => asRecord(row) === null) ? [] : [{ name, ...part }];
  });
  const usable = parts.filter(({ rows }) => rows.some((row) => hasPrompt(asRecord(row) ?? {})));
  const [only, ...others] = usable.length > 0 ? usable : parts;
  if (only === undefined) return [splitOf("", file, numberRows([record]))];
  const found = others.length === 0 ? [`The rows were read from the list "${only.name}".`] : [];
  return [only, ...others].map(({ name, rows, notes }) =>
    splitOf(others.length === 0 ? "" : name, file, numberRows(rows), ...found, ...notes),
  );
}

interface FoundRows {
  readonly rows: readonly unknown[];
  readonly notes: readonly string[];
}

/** Returns the rows of a list or a table in one of the known forms; null for anything else. */
function rowsOf(value: unknown): FoundRows | null {
  if (rowFields(value) !== asRecord(value) && typeof value !== "string") return null; // turns of one conversation
  if (Array.isArray(value)) return listRows(value);
  const record = asRecord(value);
  if (record === null) return null;
  const known = viewerRows(record) ?? splitOrient(record) ?? nestedPassages(record);
  if (known !== null) return known;
  if (hasPrompt(record) && !isColumnar(record)) return null;
  return columnLists(record) ?? indexedColumns(record) ?? keyedRows(record);
}

/** Rows of a list: objects as they are, lists of cells under a header row, conversations as rows of their own. */
function listRows(list: readonly unknown[]): FoundRows {
  const lists = list.filter(isList);
  const [header = [], ...body] = lists;
  if (list.length === 0 || lists.length < list.length || areTurns(header)) return { rows: list, notes: [] };
  const names = header.map(String);
  if (header.every((cell) => typeof cell === "string") && hasPrompt(fromCells(names, body[0] ?? [])))
    return { rows: body.map((cells) => fromCells(names, cells)), notes: [] };
  if (!lists.every((cells) => cells.length === 2 && typeof cells[0] === "string"))
    return { rows: lists.map((cells) => fromCells([], cells)), notes: [] };
  const note =
    "The values have no column names: the first of each two is read as question, the second as answer.";
  return { rows: lists.map((cells) => fromCells(["question", "answer"], cells)), notes: [note] };
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A row of named cells; a cell without a name is called by its position. */
function fromCells(names: readonly (string | number)[], cells: unknown): Fields {
  const list: readonly unknown[] = Array.isArray(cells) ? cells : [cells];
  return Object.fromEntries(list.map((cell, i) => [String(names[i] ?? i), cell]));
}

/** `{features, rows: [{row_idx, row}]}`, as the Hub's data set viewer answers. */
function viewerRows(record: Fields): FoundRows | null {
  const list = record["rows"];
  if (!Array.isArray(list) || list.length === 0) return null;
  const rows = list.map((item) => asRecord(asRecord(item)?.["row"]));
  if (rows.some((row) => row === null)) return null;
  const [cut, total] = [list.filter((item) => isCut(item)).length, record["num_rows_total"]];
  const notes = ["Read as a page of the Hub's data set viewer."];
  if (typeof total === "number" && total > rows.length)
    notes.push(`It has ${rows.length} of the data set's ${total} rows.`);
  if (cut > 0) notes.push(`The viewer cut off long cells in ${cut} of its rows.`);
  return { rows, notes };
}

function isCut(item: unknown): boolean {
  const cells = asRecord(item)?.["truncated_cells"];
  return Array.isArray(cells) && cells.length > 0;
}

/** pandas' orients "split" (`columns`, `data` of lists) and "table" (`schema`, `data` of objects). */
function splitOrient(record: Fields): FoundRows | null {
  const { columns, data, schema } = record;
  if (!Array.isArray(data)) return null;
  if (Array.isArray(columns) && data.every((cells) => Array.isArray(cells)))
    return { rows: data.map((cells) => fromCells(columns.map(String), cells)), notes: [] };
  return asRecord(schema) !== null && Array.isArray(asRecord(schema)?.["fields"])
    ? { rows: data, notes: [] }
    : null;
}

/** SQuAD's and DROP's own files: questions listed under the passage they are about. */
function nestedPassages(record: Fields): FoundRows | null {
  const articles: readonly unknown[] = Array.isArray(record["data"]) ? record["data"] : [];
  const paragraphs = articles.flatMap((article) => listIn(article, "paragraphs"));
  const passages = Object.values(record).filter((value) => listIn(value, "qa_pairs").length > 0);
  const rows = [
    ...paragraphs.flatMap((one) => listIn(one, "qas").map((qa) => withPassage(qa, "context", one))),
    ...passages.flatMap((one) => listIn(one, "qa_pairs").map((qa) => withPassage(qa, "passage", one))),
  ];
  return rows.length === 0 ? null : { rows, notes: ["The questions were read with the passage above them."] };
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = asRecord(value)?.[name];
  return Array.isArray(list) ? list : [];
}

const withPassage = (row: unknown, name: string, passage: unknown): Fields => ({
  ...asRecord(row),
  [name]: asRecord(passage)?.[name],
});

/** Whether every field is a list of the same length: a table by columns. */
function isColumnar(record: Fields): boolean {
  const columns = Object.values(record);
  const lengths = new Set(columns.map((column) => (Array.isArray(column) ? column.length : -1)));
  return lengths.size === 1 && !lengths.has(-1) && !columns.every((column) => areTurns(column as unknown[]));
}

/** `{"question": [...], "answer": [...]}`, as `Dataset.to_dict()` and pandas' orient "list" give it. */
function columnLists(record: Fields): FoundRows | null {
  const columns = Object.entries(record);
  if (columns.length === 0 || !isColumnar(record)) return null;
  const lists = columns.map(([, list]) => list as readonly unknown[]); // isColumnar
  if (lists.every((list) => list.length > 0 && list.every((item) => asRecord(item) !== null))) {
    const rows = lists.flat().map((item) => asRecord(item) ?? {});
    if (rows.some(hasPrompt) || columns.every(([name]) => namesSplit(name))) return null; // lists of rows: splits
  }
  const names = columns.map(([name]) => name);
  const rows = (lists[0] ?? []).map((_, i) =>
    fromCells(
      names,
      lists.map((list) => list[i]),
    ),
  );
  return { rows, notes: [] };
}

/** Whether a name is that of a split. */
const namesSplit = (name: string): boolean => /^(train|test|val|valid|validation|dev|eval)/i.test(name);

const isIndex = (key: string): boolean => /^\d+$/.test(key);

/** `{"question": {"0": ...}}` (orient "columns") and `{"0": {"question": ...}}` (orient "index"). */
function indexedColumns(record: Fields): FoundRows | null {
  const outer = Object.entries(record).map(([key, value]) => ({ key, inner: asRecord(value) }));
  if (outer.length === 0 || outer.some(({ inner }) => inner === null || Object.keys(inner).length === 0))
    return null;
  if (outer.every(({ key }) => isIndex(key)) && !outer.some(({ inner }) => isIndexed(inner)))
    return { rows: outer.map(({ inner }) => inner), notes: [] };
  if (!outer.every(({ inner }) => isIndexed(inner))) return null;
  const indices = Object.keys(outer[0]?.inner ?? {});
  const names = outer.map(({ key }) => key);
  const rows = indices.map((index) =>
    fromCells(
      names,
      outer.map(({ inner }) => inner?.[index]),
    ),
  );
  return { rows, notes: [] };
}

const isIndexed = (inner: Fields | null): boolean => Object.keys(inner ?? {}).every(isIndex);

/** `{"some id": {"question": ...}}`: rows by their id. */
function keyedRows(record: Fields): FoundRows | null {
  const rows = Object.entries(record).map(([id, value]) => ({ id, row: asRecord(value) }));
  if (rows.length === 0 || !rows.every(({ row }) => row !== null && hasPrompt(row) && !isColumnar(row)))
    return null;
  return { rows: rows.map(({ id, row }) => ({ id, ...row })), notes: ["Each row's id is its key."] };
}
