import * as tf from "../tf.ts";
import type { AdamwOptions, AdamwState } from "./state.ts";

/** AdamW update with stock operations; returns new tensors. */
export function adamwComposite(state: AdamwState, grad: tf.Tensor, options: AdamwOptions): AdamwState {
  const { param, m, v } = state;
  const { learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, stepNumber } = options;
  const updated = tf.tidy(() => {
    const g = tf.mul(grad, gradientScale);
    const newM = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
    const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2));
    const denominator = tf.add(tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** stepNumber)), epsilon);
    const move = tf.mul(tf.div(newM, denominator), learningRate / (1 - beta1 ** stepNumber));
    return { param: tf.sub(tf.mul(param, 1 - learningRate * weightDecay), move), m: newM, v: newV };
  });
  tf.dispose([param, m, v]);
  return updated;
}
