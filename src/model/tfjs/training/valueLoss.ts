/** Value loss of a critic on TensorFlow.js, differentiable in the values. */
import * as tf from "../../../ops/tf.ts";

/** Targets of the scored tokens, all [K]. */
interface ValueLossTargets {
  readonly old: tf.Tensor;
  readonly returns: tf.Tensor;
  /** Weights of the tokens in the loss. */
  readonly weights: tf.Tensor;
}

/**
 * Clipped value loss (PPO), as a scalar: sum over tokens of weight * 0.5 max((v - R)², (clip(v) - R)²),
 * clip(v) within valueClip of the old value.
 */
export function valueLoss(
  values: tf.Tensor,
  { old, returns, weights }: ValueLossTargets,
  valueClip: number,
): tf.Scalar {
  const moved = tf.add(old, tf.clipByValue(tf.sub(values, old), -valueClip, valueClip));
  const errors = tf.maximum(tf.square(tf.sub(values, returns)), tf.square(tf.sub(moved, returns)));
  return tf.sum(tf.mul(tf.mul(errors, 0.5), weights));
}
