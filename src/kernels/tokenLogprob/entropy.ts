import { differentiable } from "../differentiable.ts";
import type * as tf from "../tf.ts";

/** Puts the entropy [M] on the tape as an operation whose gradient throws: better than training on a silent zero. */
export function entropyWithoutGradient(logits: tf.Tensor, entropy: () => tf.Tensor): tf.Tensor1D {
  const onTape = differentiable([logits], () => ({
    value: entropy(),
    saved: [],
    backward: () => {
      throw new Error("tokenLogprob: the entropy has no gradient");
    },
  }));
  return onTape as tf.Tensor1D; // one number per row
}
