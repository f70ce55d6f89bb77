import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { adamwComposite } from "./composite.ts";
import { adamwFused } from "./fused.ts";
import type { AdamwOptions, AdamwState } from "./state.ts";

/**
 * One AdamW update (arXiv 1711.05101) with PyTorch's semantics: decoupled decay, bias correction, epsilon outside the root.
 * Consumes the tensors of `state` and returns their successors; does not dispose `grad`.
 */
export function adamw(state: AdamwState, grad: tf.Tensor, options: AdamwOptions): AdamwState {
  const kernels = activeKernels();
  return kernels === undefined
    ? adamwComposite(state, grad, options)
    : adamwFused(kernels, state, grad, options);
}
