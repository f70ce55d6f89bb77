import * as tf from "../tf.ts";

/** RMSNorm with stock operations: `x [M,D]`, `w [D]` -> [M,D]. */
export function rmsNormComposite(x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  return tf.tidy(() => {
    const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
    return tf.mul<tf.Tensor2D>(tf.mul(x, rstd), w);
  });
}
