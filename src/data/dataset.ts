/**
 * Reads a user's data set into questions and, separately, their ground truth. Valid rows are kept, invalid rows are
 * reported with a reason, and every inferred role of a column is reported with the evidence for it.
 */
import { defaultSplit } from "../formats/splitPath.ts";
import { createRandom } from "../math/random.ts";
import { openSplits, type DatasetFile } from "./containers/open.ts";
import { rowFields, type RawRow, type RowError, type Split } from "./row.ts";
import { DatasetError, EXPECTED } from "./datasetError.ts";
import { columnsOf, type ChosenRoles } from "./fields/mapping.ts";
import { FIRST_ROWS, interpret, type Interpretation } from "./questions.ts";

export type { DatasetFile } from "./containers/open.ts";
export type { RowError } from "./row.ts";

/** What of a data set is read, and how. It is part of a run's configuration. */
export interface DatasetOptions {
  /** Name of the split; absent takes the test split, or the first. */
  readonly split?: string;
  /** Columns by role, over what their names suggest. */
  readonly map?: ChosenRoles;
  /** Rows to skip, after shuffling. */
  readonly offset?: number;
  /** Maximum rows to read. */
  readonly limit?: number;
  /** Shuffles the rows; also the seed of shuffled options, 0 by default. */
  readonly shuffleSeed?: number;
}

/** A data set that was read. */
export interface DatasetReading extends Interpretation {
  /** File name without folder and extension. */
  readonly name: string;
  /** Names of the splits to choose from; empty if there is only one. */
  readonly splits: readonly string[];
  readonly split: string;
}

/** The first rows of a data set, known before the others are read. */
export interface Preview extends Pick<DatasetReading, "firstRows"> {
  /** Names of the columns. */
  readonly columns: readonly string[];
}

/**
 * Reads a data set, here or in a worker, which ends when the reading is aborted. Rejects with a sentence for the user if
 * it cannot be used.
 */
export type ReadDataset = (
  files: readonly DatasetFile[],
  options: DatasetOptions,
  onPreview?: (preview: Preview) => void,
  signal?: AbortSignal,
) => Promise<DatasetReading>;

/** Maximum rows of a data set. */
export const MAX_ROWS = 100_000;

/** Reads a data set. Rejects with a `DatasetError` if it has no usable row. */
export async function readDataset(
  files: readonly DatasetFile[],
  options: DatasetOptions = {},
  onPreview: (preview: Preview) => void = () => undefined,
): Promise<DatasetReading> {
  const splits = await openSplits(files);
  const split = chooseSplit(files, splits, options.split);
  const { rows, errors, notes } = await readRows(split, options, onPreview);
  const more = splits.filter(({ name }) => name !== split.name).map(({ name }) => `"${name}"`);
  const chosen = more.length > 0 ? [`Split "${split.name}" was read; there is also ${more.join(", ")}.`] : [];
  const name = nameOf(files);
  const reading = interpret({ name, file: fileOf(files) }, rows, errors, options);
  return {
    ...reading,
    name,
    notes: [...chosen, ...split.notes, ...notes, ...reading.notes],
    splits: splits.length > 1 ? splits.map(({ name }) => name) : [],
    split: split.name,
  };
}

/** Reads a data set from the text of one file. */
export function readDatasetText(
  path: string,
  text: string,
  options?: DatasetOptions,
): Promise<DatasetReading> {
  return readDataset([{ path, blob: new Blob([text]) }], options);
}

function chooseSplit(files: readonly DatasetFile[], splits: readonly Split[], wanted?: string): Split {
  if (wanted !== undefined) {
    const found = splits.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const names = splits.map(({ name }) => name).filter((name) => name !== "");
    const what = `there is no split "${wanted}"`;
    const remedy = names.length === 0 ? "It has only one split." : `Choose one of ${names.join(", ")}.`;
    throw new DatasetError(fileOf(files), what, remedy);
  }
  const split = defaultSplit(splits);
  if (split === undefined) throw new DatasetError(fileOf(files), "it contains no rows", `${EXPECTED}.`);
  return split;
}

interface SelectedRows {
  readonly rows: readonly RawRow[];
  readonly errors: readonly RowError[];
  readonly notes: readonly string[];
}

/** Reads the rows that the options select; the file's first ones are previewed. */
async function readRows(
  split: Split,
  options: DatasetOptions,
  onPreview: (preview: Preview) => void,
): Promise<SelectedRows> {
  const { offset = 0, limit = MAX_ROWS, shuffleSeed } = options;
  const most = shuffleSeed === undefined ? offset + Math.min(limit, MAX_ROWS) : MAX_ROWS;
  const good: RawRow[] = [];
  const errors: RowError[] = [];
  let isCut = false;
  for await (const batch of split.rows()) {
    const isFirst = good.length === 0;
    for (const row of batch) {
      if ("reason" in row) errors.push(row);
      else if (good.length < most) good.push(row);
      else isCut = true;
    }
    if (isFirst && good.length > 0) onPreview(previewOf(good));
    if (isCut) break;
  }
  const ordered = shuffleSeed === undefined ? good : createRandom(shuffleSeed).shuffle(good);
  const rows = ordered.slice(offset, offset + limit);
  const isLimited = options.limit !== undefined && (shuffleSeed === undefined || options.limit <= MAX_ROWS);
  const notes =
    isCut && !isLimited
      ? [`Only the first ${MAX_ROWS.toLocaleString("en")} rows were read; choose others by offset and limit.`]
      : [];
  if (rows.length === 0 && good.length > 0)
    throw new DatasetError(
      split.file,
      `offset ${offset} is beyond its ${good.length} rows`,
      "Lower the offset.",
    );
  return { rows, errors, notes };
}

function previewOf(rows: readonly RawRow[]): Preview {
  const fields = rows.slice(0, FIRST_ROWS).map(({ value }) => rowFields(value));
  const firstRows = fields.filter((row) => row !== null);
  return { columns: columnsOf(firstRows), firstRows };
}

/** The file or the folder, for error messages. */
const fileOf = (files: readonly DatasetFile[]): string =>
  files.length === 1 ? (files[0]?.path ?? "") : nameOf(files);

function nameOf(files: readonly DatasetFile[]): string {
  const [first] = files;
  const path = first?.path ?? "";
  const top = files.length > 1 ? (path.split("/")[0] ?? path) : path.replace(/^.*[\\/]/s, "");
  return top.replace(/\.(?:jsonl?|ndjson|csv|tsv|parquet|txt|zip)(?:\.gz)?$/i, "") || "dataset";
}
