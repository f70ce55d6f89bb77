import { at } from "../../math/at.ts";
import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { appendTokenComposite } from "./composite.ts";
import { appendTokenFused } from "./fused.ts";

/**
 * Writes one token per row into a cache: `x [R,W]` at position `index` of `suffix [R,S,W]`. Consumes `suffix`
 * and returns its successor. Throws if `index` is outside [0, S).
 */
export function appendToken(suffix: tf.Tensor, x: tf.Tensor, index: number): tf.Tensor3D {
  const slots = at(suffix.shape, 1);
  if (index < 0 || index >= slots) throw new Error(`appendToken: position ${index} of ${slots} slots`);
  const kernels = activeKernels();
  return kernels === undefined
    ? appendTokenComposite(suffix, x, index)
    : appendTokenFused(kernels, suffix, x, index);
}
