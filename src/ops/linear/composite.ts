import * as tf from "../tf.ts";

/** `x wᵀ + bias` with stock operations: [M,K] x [N,K] -> [M,N]. */
export function linearComposite(x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, w, false, true);
  return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
}
