/** Batch size of decoding on TensorFlow.js. */
import type { ModelConfig } from "../../language/config.ts";
import type { MemoryBudget } from "../../contracts/memoryBudget.ts";

/** Maximum rows: enough to fill the matrix products, few enough for the CPU's caches. */
const MAX_ROWS = 128;
/** Default maximum bytes of the KV cache. */
const CACHE_BYTES = 2 ** 29;

/** Returns the number of rows of up to `maxTokens` tokens whose KV cache fits the budget, at least 1. */
export function rowsPerBatch(
  config: ModelConfig,
  maxTokens: number,
  { cacheBytes }: Pick<MemoryBudget, "cacheBytes">,
): number {
  const fitting = Math.floor((cacheBytes ?? CACHE_BYTES) / rowCacheBytes(config, maxTokens));
  return Math.max(1, Math.min(MAX_ROWS, fitting));
}

/** Returns the KV cache bytes of a row of `tokens` tokens. */
export function rowCacheBytes({ layers, kvHeads, headDim }: ModelConfig, tokens: number): number {
  return 2 * layers * tokens * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;
}
