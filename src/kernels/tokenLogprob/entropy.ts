import { differentiable, nth } from "../differentiable.ts";
import * as tf from "../tf.ts";

/**
 * Puts the entropy [M] on the tape with its gradient, -p (log p + entropy) by each logit. That computes the softmax
 * again, of stock ops: nothing but the logits is kept, and nobody pays for it who does not ask for the gradient.
 */
export function entropyOnTape(logits: tf.Tensor, entropy: () => tf.Tensor): tf.Tensor1D {
  const onTape = differentiable([logits], () => {
    const value = entropy();
    return {
      value,
      saved: [logits, value],
      backward: (dy, saved) => {
        const logprobs = tf.logSoftmax(nth(saved, 0));
        const surprise = tf.add(logprobs, tf.expandDims(nth(saved, 1), 1));
        return [tf.neg(tf.mul(tf.mul(tf.exp(logprobs), surprise), tf.expandDims(dy, 1)))];
      },
    };
  });
  return onTape as tf.Tensor1D; // one number per row
}
