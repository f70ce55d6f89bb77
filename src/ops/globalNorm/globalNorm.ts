import * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Euclidean norm over all elements of all tensors; asynchronous, because it is read back from the backend. */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const kernels = activeKernels();
  return kernels === undefined ? globalNormComposite(tensors) : globalNormFused(kernels, tensors);
}

async function globalNormComposite(tensors: readonly tf.Tensor[]): Promise<number> {
  const squares = tf.tidy(() => tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
  const values = await squares.data();
  squares.dispose();
  let sum = 0;
  for (const value of values) sum += value;
  return Math.sqrt(sum);
}

/** Euclidean norm with the WASM kernels, summed in float64. */
function globalNormFused(kernels: WasmKernels, tensors: readonly tf.Tensor[]): number {
  let sum = 0;
  for (const tensor of tensors) sum += kernels.call.sumOfSquares(kernels.address(tensor), tensor.size);
  return Math.sqrt(sum);
}
