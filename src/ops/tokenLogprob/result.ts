import type * as tf from "../tf.ts";

/** Per row, in nats. */
export interface TokenLogprob {
  /** Log-probability of the row's token under the softmax of its logits; [M], differentiable. */
  readonly logprob: tf.Tensor1D;
  /** Entropy of that softmax; [M], differentiable. */
  readonly entropy: tf.Tensor1D;
}
