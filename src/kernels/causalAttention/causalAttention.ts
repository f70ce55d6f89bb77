import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { causalAttentionComposite } from "./composite.ts";
import { causalAttentionFused } from "./fused.ts";

/**
 * Causal self-attention on packed rows, scale 1/sqrt(hd), grouped queries (`heads` is a multiple of `kvHeads`).
 * `q [M,H*hd]`, `k, v [M,Hkv*hd]`; `rowStarts [B+1]` holds each row's first token and M at the end -> [M,H*hd].
 */
export function causalAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  rowStarts: Int32Array,
  heads: number,
  kvHeads: number,
): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined
    ? causalAttentionComposite(q, k, v, rowStarts, heads, kvHeads)
    : causalAttentionFused(kernels, q, k, v, rowStarts, heads, kvHeads);
}
