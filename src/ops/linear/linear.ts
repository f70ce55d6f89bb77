import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { linearComposite } from "./composite.ts";
import { linearFused } from "./fused.ts";

/** Affine map with Hugging Face's weight layout: `x [M,K]`, `w [N,K]`, `bias [N]` -> `x wᵀ + bias [M,N]`. */
export function linear(x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? linearComposite(x, w, bias) : linearFused(kernels, x, w, bias);
}

/** Affine map with frozen matrix and bias: only `x` gets a gradient. */
export function frozenLinear(x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? linearComposite(x, w, bias) : linearFused(kernels, x, w, bias, true);
}
