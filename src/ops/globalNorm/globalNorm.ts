import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { globalNormComposite } from "./composite.ts";
import { globalNormFused } from "./fused.ts";

/** Euclidean norm over all elements of all tensors; asynchronous, because it is read back from the backend. */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const kernels = activeKernels();
  return kernels === undefined ? globalNormComposite(tensors) : globalNormFused(kernels, tensors);
}
