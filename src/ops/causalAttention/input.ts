import type * as tf from "../tf.ts";

/** Packed rows of queries, keys and values. */
export interface CausalAttentionInput {
  /** [M, H*hd] */
  readonly q: tf.Tensor;
  /** [M, Hkv*hd] */
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  /** Each row's first token, and M at the end: [B+1]. */
  readonly rowStarts: Int32Array;
  /** H, a multiple of `kvHeads`: queries are grouped. */
  readonly heads: number;
  readonly kvHeads: number;
}
