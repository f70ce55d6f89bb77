/** Policy loss on TensorFlow.js, differentiable in the tokens' logprobs and entropies. */
import * as tf from "../../../ops/tf.ts";
import type { TokenLogprob } from "../../../ops/tokenLogprob/tokenLogprob.ts";
import type { KlEstimator, UpdateOptions } from "../../../rl/contracts/policy.ts";

/** Targets of the scored tokens, all [K]. */
interface PolicyTargets {
  readonly advantages: tf.Tensor;
  /** Weights of the tokens in the loss. */
  readonly weights: tf.Tensor;
  /** Logprobs under the sampler. */
  readonly oldLogprobs: tf.Tensor;
  /** Logprobs under the reference model; null without KL. */
  readonly referenceLogprobs: tf.Tensor | null;
}

/** Replaces infinity, which WGSL does not support. */
const UNBOUNDED = 1e30;

/** Hyperparameters of the policy loss. */
export type PolicyLossOptions = Pick<
  UpdateOptions,
  "clipLow" | "clipHigh" | "dualClip" | "klCoefficient" | "klEstimator" | "entropyCoefficient"
>;

/**
 * Clipped policy loss (PPO, arXiv 1707.06347, eq. 7), as a scalar:
 *   sum over tokens of weight * [ -gain + klCoefficient * KL - entropyCoefficient * entropy ],
 *   gain = min(r A, clip(r, 1 - clipLow, 1 + clipHigh) A), r = exp(logprob - oldLogprob),
 * and at least dualClip * A where A < 0 (arXiv 1912.09729, eq. 5).
 */
export function policyLoss(
  { logprob, entropy }: TokenLogprob,
  { advantages, weights, oldLogprobs, referenceLogprobs }: PolicyTargets,
  options: PolicyLossOptions,
): tf.Scalar {
  const { klCoefficient, klEstimator, entropyCoefficient } = options;
  const gain = gainOf(tf.exp(tf.sub(logprob, oldLogprobs)), advantages, options);
  let loss = tf.neg(gain);
  if (referenceLogprobs !== null) {
    const penalty = tf.mul(divergence(tf.sub(referenceLogprobs, logprob), klEstimator), klCoefficient);
    loss = tf.sub(penalty, gain);
  }
  if (entropyCoefficient !== 0) loss = tf.sub(loss, tf.mul(entropy, entropyCoefficient));
  return tf.sum(tf.mul(loss, weights));
}

function gainOf(
  ratio: tf.Tensor,
  advantages: tf.Tensor,
  { clipLow, clipHigh, dualClip }: PolicyLossOptions,
): tf.Tensor {
  const free = tf.mul(ratio, advantages);
  const clipped = tf.mul(tf.clipByValue(ratio, 1 - clipLow, 1 + clipHigh), advantages);
  const gain = tf.minimum(free, clipped);
  if (dualClip === Infinity) return gain;
  const none = tf.fill(advantages.shape, -UNBOUNDED);
  return tf.maximum(gain, tf.where(tf.less(advantages, 0), tf.mul(advantages, dualClip), none));
}

/** Estimates of KL(policy || reference) from d = reference logprob - logprob (Schulman, "Approximating KL divergence"): [K]. */
function divergence(d: tf.Tensor, estimator: KlEstimator): tf.Tensor {
  if (estimator === "k1") return tf.neg(d);
  if (estimator === "k2") return tf.mul(tf.square(d), 0.5);
  return tf.sub(tf.sub(tf.exp(d), d), 1);
}
