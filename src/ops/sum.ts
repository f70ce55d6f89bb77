import { differentiable } from "./differentiable.ts";
import * as tf from "./tf.ts";

/** `a + b` of equal shapes; unlike `tf.add` it keeps neither for the backward pass. */
export function sum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return differentiable([a, b], () => ({
    value: tf.add(a, b),
    saved: [],
    backward: (dy) => [dy, tf.clone(dy)],
  }));
}
