import type * as tf from "../tf.ts";

/** Packed rows of queries, keys and values. */
export interface CausalAttentionInput {
  /** [M, H*hd] */
  readonly q: tf.Tensor;
  /** [M, Hkv*hd] */
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  /** First token of each row, then M: [B+1]. */
  readonly rowStarts: Int32Array;
  /** H, a multiple of `kvHeads` (grouped-query attention). */
  readonly heads: number;
  readonly kvHeads: number;
}

/** Added to the scores of masked keys; exp of it is 0, and unlike -Infinity it causes no NaN. */
export const HIDDEN = -1e9;
