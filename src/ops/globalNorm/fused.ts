import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Euclidean norm with the WASM kernels, summed in float64. */
export function globalNormFused(kernels: WasmKernels, tensors: readonly tf.Tensor[]): number {
  let sum = 0;
  for (const tensor of tensors) sum += kernels.call.sumOfSquares(kernels.address(tensor), tensor.size);
  return Math.sqrt(sum);
}
