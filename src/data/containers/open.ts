/** Opens the files of a data set: recognises their format by content and returns their splits. */
import { splitOfPath } from "../../formats/splitPath.ts";
import { unzip, ZipError } from "../../formats/zip/zip.ts";
import { DatasetError, EXPECTED } from "../datasetError.ts";
import { parseDelimited } from "./delimited.ts";
import { jsonSplits } from "./json.ts";
import { isJsonLines, LineParser, parseDocument } from "./jsonText.ts";
import { parquetRows } from "./parquet.ts";
import { splitOf, type ParsedRow, type Split } from "../row.ts";
import { decodeText, MAX_WHOLE_BYTES, notUnicode, utf16Of } from "./text.ts";

/** A file of a data set; the path of a file in a folder or archive includes its folders. */
export interface DatasetFile {
  readonly path: string;
  readonly blob: Blob;
}

/** Opens one file, an archive or all files of a folder. Rejects with a `DatasetError`. */
export async function openSplits(files: readonly DatasetFile[]): Promise<Split[]> {
  const all = (await Promise.all(files.map(unpack))).flat();
  const tables = all.length === 1 ? all : all.filter(({ path }) => isTable(path));
  const [first] = tables;
  if (first === undefined) {
    const names = all.slice(0, 5).map(({ path }) => path);
    const what = all.length === 0 ? "it contains no files" : `no data set is among ${names.join(", ")}`;
    throw new DatasetError(files[0]?.path ?? "The folder", what, `${EXPECTED}, or CSV, TSV or Parquet.`);
  }
  if (tables.length === 1) return openFile(first);
  return joinShards(
    await Promise.all(tables.map(async (table) => ({ table, splits: await openFile(table) }))),
  );
}

/** Files that hold rows; others in a folder, such as a card, are ignored. */
function isTable(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (
    /\.(jsonl?|ndjson|csv|tsv|parquet)(\.gz)?$/i.test(name) &&
    !/^\.|^(dataset_infos?|state|dataset_dict|package)\.json$/i.test(name) &&
    !path.includes("__MACOSX/")
  );
}

const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const PARQUET = [0x50, 0x41, 0x52, 0x31];
/** Formats that are refused by name: first bytes, name, remedy. */
const FOREIGN: readonly (readonly [readonly number[], string, string])[] = [
  [[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive", "Decompress it first (zstd -d)."],
  [[0x42, 0x5a, 0x68], "a bzip2 archive", "Decompress it first (bunzip2)."],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "an xz archive", "Decompress it first (unxz)."],
  [[0x37, 0x7a, 0xbc, 0xaf], "a 7-Zip archive", "Unpack it first."],
  [[0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], "an Arrow file", "Write it with Dataset.to_parquet or to_json."],
  [[0xff, 0xff, 0xff, 0xff], "an Arrow stream", "Write it with Dataset.to_parquet or to_json."],
  [[0x80, 0x04, 0x95], "a pickle", "Write it as JSONL or Parquet."],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook", "Save it as CSV UTF-8."],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], "an SQLite database", "Export the table as CSV."],
];

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

const bytesOf = async (blob: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await blob.arrayBuffer());

/** Returns the file itself, or what a gzip or zip archive holds. */
async function unpack(file: DatasetFile): Promise<DatasetFile[]> {
  const start = await bytesOf(file.blob.slice(0, 8));
  if (startsWith(start, GZIP)) {
    const blob = await gunzip(file);
    if (/\.(tgz|tar\.gz)$/i.test(file.path))
      throw new DatasetError(file.path, "this is a tar archive", "Unpack it and open its folder.");
    return unpack({ path: file.path.replace(/\.gz$/i, ""), blob });
  }
  if (startsWith(start, ZIP)) return unpackZip(file);
  const foreign = FOREIGN.find(([magic]) => startsWith(start, magic));
  if (foreign !== undefined) throw new DatasetError(file.path, `this is ${foreign[1]}`, foreign[2]);
  return [file];
}

async function gunzip({ path, blob }: DatasetFile): Promise<Blob> {
  try {
    return await new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
  } catch {
    throw new DatasetError(path, "the gzip file is damaged", "Download or compress it again.");
  }
}

async function unpackZip(file: DatasetFile): Promise<DatasetFile[]> {
  try {
    const entries = [...unzip(await bytesOf(file.blob))];
    if (entries.some(([path]) => path === "xl/workbook.xml"))
      throw new DatasetError(file.path, "this is an Excel workbook", "Save it as CSV UTF-8.");
    const files = entries.map(([path, bytes]) => ({ path, blob: new Blob([new Uint8Array(bytes)]) }));
    const unpacked = files.map((inner) => (isTable(inner.path) ? unpack(inner) : Promise.resolve([inner])));
    return (await Promise.all(unpacked)).flat();
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new DatasetError(file.path, error.message, "Or unpack it and open its folder.");
  }
}

/** Opens a file that is no archive. */
async function openFile({ path, blob }: DatasetFile): Promise<Split[]> {
  const start = await bytesOf(blob.slice(0, 2 ** 20));
  if (start.length === 0) throw new DatasetError(path, "the file is empty", `${EXPECTED}.`);
  if (startsWith(start, PARQUET))
    return [{ name: "", notes: [], file: path, rows: () => parquetRows(path, blob) }];
  if (utf16Of(start) === null) {
    const text = new TextDecoder().decode(start).replace(/^\uFEFF/, "");
    if (/^\s*[[{]/.test(text) && isJsonLines(text))
      return [{ name: "", notes: [], file: path, rows: () => lineRows(path, blob) }];
  }
  return wholeFile(path, blob);
}

async function wholeFile(path: string, blob: Blob): Promise<Split[]> {
  if (blob.size > MAX_WHOLE_BYTES) {
    const what = `the file is ${Math.ceil(blob.size / 2 ** 20)} MiB, more than ${MAX_WHOLE_BYTES / 2 ** 20} MiB`;
    throw new DatasetError(path, what, "Save it as JSONL or Parquet, which are read in parts.");
  }
  const text = decodeText(path, await bytesOf(blob));
  if (text.trim() === "") throw new DatasetError(path, "the file is empty", `${EXPECTED}.`);
  if (text.slice(0, 1000).includes("\0"))
    throw new DatasetError(path, "the file is not text", `${EXPECTED}, or CSV, TSV or Parquet.`);
  const isJson = /^\s*[[{]/.test(text) || /\.(jsonl?|ndjson)$/i.test(path);
  if (!isJson && isDelimited(path, text)) return [splitOf("", path, parseDelimited(path, text))];
  const parsed = parseDocument(path, text);
  return "rows" in parsed ? [splitOf("", path, parsed.rows)] : jsonSplits(path, parsed.document);
}

function isDelimited(path: string, text: string): boolean {
  return /\.(csv|tsv)$/i.test(path) || /^[^\n]*[,;\t|][^\n]*\n/.test(text);
}

/** Lines of JSONL, decoded and parsed as they are read. */
async function* lineRows(path: string, blob: Blob): AsyncIterable<readonly ParsedRow[]> {
  const parser = new LineParser();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw notUnicode(path, bytes ?? new Uint8Array());
    }
  };
  for await (const bytes of chunksOf(blob)) {
    const lines = (rest + decode(bytes)).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    yield parser.parse(lines);
  }
  yield parser.parse((rest + decode()).split(/\r\n|\n|\r/));
}

const CHUNK_BYTES = 2 ** 20;

async function* chunksOf(blob: Blob): AsyncIterable<Uint8Array> {
  for (let begin = 0; begin < blob.size; begin += CHUNK_BYTES)
    yield await bytesOf(blob.slice(begin, begin + CHUNK_BYTES));
}

interface OpenedTable {
  readonly table: DatasetFile;
  readonly splits: readonly Split[];
}

/** Joins the shards of each split, such as train-00000-of-00002.parquet, in the order of their names. */
function joinShards(opened: readonly OpenedTable[]): Split[] {
  const skipped = commonFolder(opened.map(({ table }) => table.path));
  const parts = opened
    .flatMap(({ table, splits }) =>
      splits.map((split) => ({ name: splitName(table.path.slice(skipped), split.name), split })),
    )
    .sort((a, b) => a.split.file.localeCompare(b.split.file, "en", { numeric: true }));
  const names = [...new Set(parts.map(({ name }) => name))];
  return names.map((name) => {
    const shards = parts.filter((part) => part.name === name).map(({ split }) => split);
    const notes = shards.flatMap((split) => split.notes);
    const file = shards.map((split) => split.file).join(", ");
    return {
      name: names.length === 1 ? "" : name,
      notes:
        shards.length === 1 ? notes : [...notes, `Read from ${shards.length} files in order of their names.`],
      file: shards.length <= 3 ? file : `${shards.length} files`,
      rows: () => rowsOfAll(shards),
    };
  });
}

async function* rowsOfAll(shards: readonly Split[]): AsyncIterable<readonly ParsedRow[]> {
  let before = 0;
  for (const shard of shards) {
    let last = 0;
    for await (const rows of shard.rows()) {
      last = rows.at(-1)?.row ?? last;
      yield rows.map((row) => ({ ...row, row: before + row.row }));
    }
    before += last;
  }
}

/** Split of a file, by its path below the common folder and the name of the split within the file. */
const splitName = (path: string, inner: string): string =>
  [splitOfPath(path), inner].filter((name) => name !== "").join("/");

/** Length of the folder that all paths have in common. */
function commonFolder(paths: readonly string[]): number {
  const [first = ""] = paths;
  let length = first.lastIndexOf("/") + 1;
  while (length > 0 && !paths.every((path) => path.startsWith(first.slice(0, length))))
    length = first.lastIndexOf("/", length - 2) + 1;
  return length;
}
