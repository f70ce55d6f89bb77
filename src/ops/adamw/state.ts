import type * as tf from "../tf.ts";

/** Settings of one update. */
export interface AdamwOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: the parameter shrinks by learningRate * weightDecay, whatever its gradient. */
  readonly weightDecay: number;
  /** Multiplies the gradient first; carries gradient clipping. */
  readonly gradientScale: number;
  /** 1 for the first update; drives the bias correction. */
  readonly stepNumber: number;
}

/** A parameter and its two moments. */
export interface AdamwState {
  readonly param: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}
