import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { adamwComposite, globalNormComposite } from "./composite.ts";
import { adamwFused, globalNormFused } from "./fused.ts";

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

/**
 * One AdamW update with PyTorch's semantics (decoupled decay, bias correction, epsilon outside the root). Consumes
 * the state: use only what is returned. Leaves `grad` alone.
 */
export function adamw(state: AdamwState, grad: tf.Tensor, options: AdamwOptions): AdamwState {
  const kernels = activeKernels();
  return kernels === undefined
    ? adamwComposite(state, grad, options)
    : adamwFused(kernels, state, grad, options);
}

/** Euclidean norm over all elements of all tensors. A promise: a GPU's number has to come back first. */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const kernels = activeKernels();
  return kernels === undefined ? globalNormComposite(tensors) : globalNormFused(kernels, tensors);
}
