import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { causalAttentionComposite } from "./composite.ts";
import { causalAttentionFused } from "./fused.ts";
import type { CausalAttentionInput } from "./input.ts";

/** Causal self-attention within each packed row, with scale 1/sqrt(hd); returns [M, H*hd]. */
export function causalAttention(input: CausalAttentionInput): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? causalAttentionComposite(input) : causalAttentionFused(kernels, input);
}
