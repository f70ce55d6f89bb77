import { at } from "../../math/at.ts";
import * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { expectShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

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

/** Returns a copy of `suffix [R,S,W]` with `x [R,W]` at position `index`; disposes `suffix`. */
function appendTokenComposite(suffix: tf.Tensor, x: tf.Tensor, index: number): tf.Tensor3D {
  const [rows = 0, slots = 0, width = 0] = suffix.shape;
  const appended = tf.tidy(() => {
    const parts: tf.Tensor3D[] = [];
    if (index > 0) parts.push(tf.slice(suffix.as3D(rows, slots, width), [0, 0, 0], [rows, index, width]));
    parts.push(tf.reshape(x, [rows, 1, width]));
    if (index + 1 < slots) parts.push(tf.slice(suffix.as3D(rows, slots, width), [0, index + 1, 0]));
    return tf.concat(parts, 1);
  });
  suffix.dispose();
  return appended;
}

/** Writes in place, or to a copy if other tensors share the values of the cache. */
function appendTokenFused(kernels: WasmKernels, suffix: tf.Tensor, x: tf.Tensor, index: number): tf.Tensor3D {
  if (kernels.isShared(suffix)) return appendTokenComposite(suffix, x, index);
  const [rows = 0, slots = 0, width = 0] = suffix.shape;
  expectShape("appendToken: suffix", suffix, [rows, slots, width]);
  expectShape("appendToken: x", x, [rows, width]);
  kernels.call.appendToken(kernels.address(suffix), kernels.address(x), rows, slots, width, index);
  return suffix as tf.Tensor3D; // checked above
}
