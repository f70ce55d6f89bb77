import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { causalAttentionComposite } from "./composite.ts";
import { causalAttentionFused } from "./fused.ts";

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

/** Causal self-attention within each row, scale 1/sqrt(hd) -> [M, H*hd]. */
export function causalAttention(input: CausalAttentionInput): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? causalAttentionComposite(input) : causalAttentionFused(kernels, input);
}
