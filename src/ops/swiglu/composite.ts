import * as tf from "../tf.ts";

/** `silu(gate) * up` with stock operations, both [M,F]. */
export function swigluComposite(gate: tf.Tensor, up: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => tf.mul<tf.Tensor2D>(tf.mul(gate, tf.sigmoid(gate)), up));
}
