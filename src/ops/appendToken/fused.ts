import { expectShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import { appendTokenComposite } from "./composite.ts";

/** Writes in place, or to a copy if other tensors share the values of the cache. */
export function appendTokenFused(
  kernels: WasmKernels,
  suffix: tf.Tensor,
  x: tf.Tensor,
  index: number,
): tf.Tensor3D {
  if (kernels.isShared(suffix)) return appendTokenComposite(suffix, x, index);
  const [rows = 0, slots = 0, width = 0] = suffix.shape;
  expectShape("appendToken: suffix", suffix, [rows, slots, width]);
  expectShape("appendToken: x", x, [rows, width]);
  kernels.call.appendToken(kernels.address(suffix), kernels.address(x), rows, slots, width, index);
  return suffix as tf.Tensor3D; // checked above
}
