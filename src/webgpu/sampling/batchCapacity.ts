/** How many rows are decoded together, and what share of the cache their prompts get. */
import { CACHE_VECTORS, type CacheFormat } from "../layout/cacheFormat.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { keyWidth } from "../layout/headPadding.ts";
import { OUTPUT_TOKENS } from "../layout/rowState.ts";

/** The most that a batch may take. */
export interface CapacityLimits {
  readonly rows: number;
  /** Entries of the cache: keys and values of one token in one layer. */
  readonly entries: number;
}

/** What a batch gets: entries for prompts, followed by `maxTokens` entries for each row. */
export interface BatchCapacity {
  readonly rows: number;
  readonly promptEntries: number;
}

/** More rows make no GPU busier. */
const MOST_ROWS = 256;
/**
 * The rows of one question's responses, usually: these are decoded together however large the model. A software adapter
 * takes no more, because what 256 rows of even a small model touch in each token outgrows a processor's caches.
 */
const LEAST_ROWS = 64;
/** Operations of a submission: half a second at 1 TFLOP/s, so that the page and the system get their turn in time. */
const SUBMISSION_OPERATIONS = 5e11;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Bytes that an entry of the cache takes in a layer. */
export function entryBytes(shape: DecoderShape, format: CacheFormat): number {
  return ((2 * keyWidth(shape)) / 4) * CACHE_VECTORS[format].bytes;
}

/** What a GPU and a cache of `cacheBytes` allow for a model of so many parameters: a buffer is bound whole. */
export function capacityLimits(
  limits: Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize">,
  shape: DecoderShape,
  parameters: number,
  format: CacheFormat,
  cacheBytes: number,
  software: boolean,
): CapacityLimits {
  const buffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const quick = Math.floor(SUBMISSION_OPERATIONS / (2 * parameters * OUTPUT_TOKENS));
  const rows = software ? LEAST_ROWS : Math.min(MOST_ROWS, Math.max(LEAST_ROWS, quick));
  return {
    rows: Math.min(rows, Math.floor(buffer / (shape.vocabulary * FLOAT))),
    entries: Math.floor(Math.min(cacheBytes / shape.layers, buffer) / entryBytes(shape, format)),
  };
}

/**
 * Divides the cache for rows of `rowsOf[i]` responses to prompts of which `lengths[i]` entries are kept. Prompts are
 * taken up one after the other, so at most those of the rows of a batch are kept together, and the one before them.
 */
export function divideCapacity(
  lengths: readonly number[],
  rowsOf: readonly number[],
  maxTokens: number,
  limits: CapacityLimits,
): BatchCapacity {
  const asked = rowsOf.filter((rows) => rows > 0);
  const kept = lengths.filter((_, prompt) => (rowsOf[prompt] ?? 0) > 0);
  const longest = Math.max(...kept);
  const all = kept.reduce((sum, length) => sum + length, 0);
  const total = asked.reduce((sum, rows) => sum + rows, 0);
  for (let rows = Math.min(total, limits.rows); rows > 0; rows--) {
    const together = Math.ceil(rows / Math.min(...asked)) + 1;
    const promptEntries = Math.min(all, rows === 1 ? longest : together * longest);
    if (promptEntries + rows * maxTokens <= limits.entries) return { rows, promptEntries };
  }
  throw new RangeError(
    `a prompt of ${longest + 1} tokens and a response of up to ${maxTokens} need ${longest + maxTokens} places in the ` +
      `cache and ${limits.entries} fit: allow shorter responses, or a cache in f16`,
  );
}
