import { differentiable, nth } from "../differentiable.ts";
import * as tf from "../tf.ts";

/**
 * Records the entropy [M] on the tape with its gradient, which recomputes the softmax with stock operations: only the logits
 * are kept, and runs without the gradient have no cost.
 */
export function entropyOnTape(logits: tf.Tensor, entropy: () => tf.Tensor): tf.Tensor1D {
  const onTape = differentiable([logits], () => {
    const value = entropy();
    return {
      value,
      saved: [logits, value],
      backward: (dy, saved) => [entropyGradient(dy, nth(saved, 0), nth(saved, 1))],
    };
  });
  return onTape as tf.Tensor1D; // one number per row
}

/** Gradient of the logits [M, V], -p (log p + entropy), times the gradient `dy` of the entropy of each row. */
export function entropyGradient(dy: tf.Tensor, logits: tf.Tensor, entropy: tf.Tensor): tf.Tensor {
  const logprobs = tf.logSoftmax(logits);
  const surprise = tf.add(logprobs, tf.expandDims(entropy, 1));
  return tf.neg(tf.mul(tf.mul(tf.exp(logprobs), surprise), tf.expandDims(dy, 1)));
}
