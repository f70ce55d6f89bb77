import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { decodeAttentionComposite } from "./composite.ts";
import { decodeAttentionFused } from "./fused.ts";

/** Keys and values of R rows being decoded: G prompts shared by groups of rows, then each row's own tokens. */
export interface DecodeCache {
  /** Prompt tokens of all groups, packed: [Mp, Hkv*hd]. */
  readonly prefixKeys: tf.Tensor;
  readonly prefixValues: tf.Tensor;
  /** First prefix token of each group, and Mp at the end: [G+1]. */
  readonly prefixStarts: Int32Array;
  /** Each row's own tokens: [R, S, Hkv*hd], of which the first `suffixLength` (at least 1) are written. */
  readonly suffixKeys: tf.Tensor;
  readonly suffixValues: tf.Tensor;
  readonly suffixLength: number;
}

/**
 * Attention of one new token per row, scale 1/sqrt(hd): row r sees the prefix of group `rowGroup[r]` (int32 [R])
 * and its own suffix. `q [R,H*hd]` -> [R,H*hd]. No gradient: for sampling.
 */
export function decodeAttention(
  q: tf.Tensor,
  cache: DecodeCache,
  rowGroup: tf.Tensor,
  heads: number,
  kvHeads: number,
): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined
    ? decodeAttentionComposite(q, cache, rowGroup, heads, kvHeads)
    : decodeAttentionFused(kernels, q, cache, rowGroup, heads, kvHeads);
}
