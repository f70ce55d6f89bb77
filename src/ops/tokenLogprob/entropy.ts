import { differentiable, nth } from "../differentiable.ts";
import * as tf from "../tf.ts";

/**
 * Puts the entropy [M] on the tape with its gradient. That computes the softmax again, of stock ops: nothing but the logits
 * is kept, and nobody pays for it who does not ask for the gradient.
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

/** -p (log p + entropy) by each logit [M, V], times the gradient `dy` of its row's entropy. */
export function entropyGradient(dy: tf.Tensor, logits: tf.Tensor, entropy: tf.Tensor): tf.Tensor {
  const logprobs = tf.logSoftmax(logits);
  const surprise = tf.add(logprobs, tf.expandDims(entropy, 1));
  return tf.neg(tf.mul(tf.mul(tf.exp(logprobs), surprise), tf.expandDims(dy, 1)));
}
