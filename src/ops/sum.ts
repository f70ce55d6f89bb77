import { differentiable } from "./differentiable.ts";
import * as tf from "./tf.ts";

/** `a + b` of one shape: `tf.add` but that it keeps neither for the way back, where each has the gradient of the sum. */
export function sum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return differentiable([a, b], () => ({
    value: tf.add(a, b),
    saved: [],
    backward: (dy) => [dy, tf.clone(dy)],
  }));
}
