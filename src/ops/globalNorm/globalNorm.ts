import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { globalNormComposite } from "./composite.ts";
import { globalNormFused } from "./fused.ts";

/** Euclidean norm over all elements of all tensors. A promise: a GPU's number has to come back first. */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const kernels = activeKernels();
  return kernels === undefined ? globalNormComposite(tensors) : globalNormFused(kernels, tensors);
}
