import { at } from "../../math/at.ts";
import * as tf from "../tf.ts";
import { entropyOnTape } from "./entropy.ts";
import type { TokenLogprob } from "./result.ts";

/** Log-probability of the token and entropy of each row in nats, with stock operations. */
export function tokenLogprobComposite(logits: tf.Tensor, ids: tf.Tensor): TokenLogprob {
  const vocabulary = at(logits.shape, 1);
  const logprob = tf.tidy(() => {
    const oneHot = tf.oneHot(tf.cast(ids, "int32"), vocabulary);
    return tf.sum<tf.Tensor1D>(tf.mul(tf.logSoftmax(logits), tf.cast(oneHot, "float32")), 1);
  });
  const entropy = entropyOnTape(logits, () => {
    const logprobs = tf.logSoftmax(logits);
    return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), 1));
  });
  return { logprob, entropy };
}
