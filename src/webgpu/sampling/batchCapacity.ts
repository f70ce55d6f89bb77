/** Number of rows decoded together and the division of the KV cache between prompts and rows. */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { keyWidth } from "../layout/headPadding.ts";
import { OUTPUT_TOKENS } from "../layout/rowState.ts";

/** Upper bounds of a batch. */
export interface CapacityLimits {
  readonly rows: number;
  /** KV cache entries: key and value of one token in each layer. */
  readonly entries: number;
}

/** Capacity of a batch: cache entries for prompts, followed by `maxTokens` entries per row. */
export interface BatchCapacity {
  readonly rows: number;
  readonly promptEntries: number;
}

/** More rows do not increase throughput. */
const MOST_ROWS = 256;
/**
 * Rows decoded together however large the model: usually all responses to one question. Software adapters decode no more,
 * because the working set of 256 rows exceeds CPU caches even for a small model.
 */
const LEAST_ROWS = 64;
/** Operations per submission: half a second at 1 TFLOP/s, so that page and system stay responsive. */
const SUBMISSION_OPERATIONS = 5e11;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Bytes of a cache entry in one layer. */
export function entryBytes(shape: DecoderShape): number {
  return 2 * keyWidth(shape) * FLOAT;
}

/** Limits of a GPU and a cache of `cacheBytes` bytes for a model with this many parameters. Each buffer is bound as a whole. */
export function capacityLimits(
  limits: Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize">,
  shape: DecoderShape,
  parameters: number,
  cacheBytes: number,
  software: boolean,
): CapacityLimits {
  const buffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const quick = Math.floor(SUBMISSION_OPERATIONS / (2 * parameters * OUTPUT_TOKENS));
  const rows = software ? LEAST_ROWS : Math.min(MOST_ROWS, Math.max(LEAST_ROWS, quick));
  return {
    rows: Math.min(rows, Math.floor(buffer / (shape.vocabulary * FLOAT))),
    entries: Math.floor(Math.min(cacheBytes / shape.layers, buffer) / entryBytes(shape)),
  };
}

/**
 * Divides the cache for `rowsOf[i]` responses to prompts with `lengths[i]` cached entries each. Prompts are admitted in
 * order, so at most the prompts of the rows of a batch, and the one before them, are cached at the same time. Throws a
 * `RangeError` if one row does not fit.
 */
export function divideCapacity(
  lengths: readonly number[],
  rowsOf: readonly number[],
  maxTokens: number,
  limits: CapacityLimits,
): BatchCapacity {
  const asked = rowsOf.filter((rows) => rows > 0);
  const kept = lengths.filter((_, prompt) => at(rowsOf, prompt) > 0);
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
      `cache and ${limits.entries} fit: allow shorter responses`,
  );
}
