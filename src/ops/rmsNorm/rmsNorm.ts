import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { rmsNormComposite } from "./composite.ts";
import { rmsNormFused } from "./fused.ts";

/** RMSNorm (arXiv 1910.07467) of each row, scaled by `w`: `x [M,D]`, `w [D]` -> [M,D]. */
export function rmsNorm(x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? rmsNormComposite(x, w, eps) : rmsNormFused(kernels, x, w, eps);
}
