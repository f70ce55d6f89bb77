import type * as tf from "../tf.ts";

/** KV cache of R rows being decoded: G prompts shared by groups of rows, and the tokens of each row. */
export interface DecodeCache {
  /** Prompt tokens of all groups, packed: [Mp, Hkv*hd]. */
  readonly prefixKeys: tf.Tensor;
  readonly prefixValues: tf.Tensor;
  /** First prefix token of each group, then Mp: [G+1]. */
  readonly prefixStarts: Int32Array;
  /** Each row's own tokens: [R, S, Hkv*hd], of which the first `suffixLength` (at least 1) are written. */
  readonly suffixKeys: tf.Tensor;
  readonly suffixValues: tf.Tensor;
  readonly suffixLength: number;
}

/** Queries of one new token per row, and the cache they attend to. */
export interface DecodeAttentionInput {
  /** [R, H*hd] */
  readonly q: tf.Tensor;
  readonly cache: DecodeCache;
  /** The group whose prefix each row sees: int32 [R]. */
  readonly rowGroup: tf.Tensor;
  /** H, a multiple of `kvHeads` (grouped-query attention). */
  readonly heads: number;
  readonly kvHeads: number;
}
