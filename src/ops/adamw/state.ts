import type * as tf from "../tf.ts";

/** Settings of one update. */
export interface AdamwOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay: the parameter shrinks by the factor 1 - learningRate * weightDecay. */
  readonly weightDecay: number;
  /** Factor of the gradient, for clipping. */
  readonly gradientScale: number;
  /** 1 for the first update; used for bias correction. */
  readonly stepNumber: number;
}

/** A parameter and its two moments. */
export interface AdamwState {
  readonly param: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}
