/** How many rows TensorFlow.js decodes together. */
import type { ModelConfig } from "../../language/config.ts";
import type { MemoryBudget } from "../../contracts/memoryBudget.ts";

/** Enough to fill the matrix products, few enough for the processor's caches. */
const MOST_ROWS = 128;
/** Of their keys and values, unless the room says otherwise. */
const CACHE_BYTES = 2 ** 29;

/** Rows of up to `maxTokens` tokens each; of a large model or of long responses there are fewer. */
export function rowsPerBatch(
  config: ModelConfig,
  maxTokens: number,
  { cacheBytes }: Pick<MemoryBudget, "cacheBytes">,
): number {
  const fitting = Math.floor((cacheBytes ?? CACHE_BYTES) / rowCacheBytes(config, maxTokens));
  return Math.max(1, Math.min(MOST_ROWS, fitting));
}

/** Bytes of a row's keys and values in all layers. */
export function rowCacheBytes({ layers, kvHeads, headDim }: ModelConfig, tokens: number): number {
  return 2 * layers * tokens * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;
}
