/** Parquet files, a row group at a time. */
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from "hyparquet";
import { compressors, decompressLz4Raw } from "hyparquet-compressors";
import { DatasetError } from "../datasetError.ts";
import type { RawRow } from "../row.ts";

/** The decoders, of which that of LZ4 fails on empty pages. */
const CODECS: typeof compressors = {
  ...compressors,
  LZ4_RAW: (bytes, length) => (length === 0 ? new Uint8Array() : decompressLz4Raw(bytes, length)),
};

/** Maximum rows decoded at once, so that reading can yield and stop early. */
const BATCH_ROWS = 5_000;

/** Reads the rows of a Parquet file in batches. Rejects with a `DatasetError` if it is damaged or encrypted. */
export async function* parquetRows(file: string, blob: Blob, first = 1): AsyncIterable<RawRow[]> {
  const buffer: AsyncBuffer = {
    byteLength: blob.size,
    slice: (begin, end) => blob.slice(begin, end).arrayBuffer(),
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const total = Number(metadata.num_rows);
    for (let begin = 0; begin < total; begin += BATCH_ROWS) {
      const rowEnd = Math.min(begin + BATCH_ROWS, total);
      const rows = await parquetReadObjects({
        file: buffer,
        metadata,
        compressors: CODECS,
        rowStart: begin,
        rowEnd,
      });
      yield rows.map((value, i) => ({ row: first + begin + i, value: plain(value) }));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError(
      file,
      `the Parquet file cannot be read (${reason})`,
      "Write or download it again.",
    );
  }
}

/** Converts 64-bit integers to numbers where exact, else to text; typed arrays to lists; dates to text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value === "number") return shortest(value);
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  if (ArrayBuffer.isView(value))
    return value instanceof Uint8Array ? `${value.length} bytes` : Array.from(value as never);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return value;
}

/** Returns the shortest number that is the same in single precision: 0.1, where a file has 0.10000000149011612. */
function shortest(value: number): number {
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value);
  return digits === undefined ? value : Number(value.toPrecision(digits));
}
