import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { expectShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

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

/**
 * One AdamW update (arXiv 1711.05101) with PyTorch's semantics: decoupled decay, bias correction, epsilon outside the root.
 * Consumes the tensors of `state` and returns their successors; does not dispose `grad`.
 */
export const adamw = operation(adamwFused, adamwComposite);

function adamwComposite(state: AdamwState, grad: tf.Tensor, options: AdamwOptions): AdamwState {
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

/** AdamW update with the WASM kernels, in place except for values that other tensors share. */
function adamwFused(
  kernels: WasmKernels,
  { param, m, v }: AdamwState,
  grad: tf.Tensor,
  options: AdamwOptions,
): AdamwState {
  for (const other of [grad, m, v]) expectShape("adamw: gradient and moments", other, param.shape);
  const { learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, stepNumber } = options;
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const target = (old: tf.Tensor): tf.Tensor => (kernels.isShared(old) ? kernels.output(old.shape) : old);
  const updated = { param: target(param), m: target(m), v: target(v) };
  kernels.call.adamw(
    at(param),
    at(grad),
    at(m),
    at(v),
    at(updated.param),
    at(updated.m),
    at(updated.v),
    param.size,
    gradientScale,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    1 - learningRate * weightDecay,
    learningRate / (1 - beta1 ** stepNumber),
    1 / Math.sqrt(1 - beta2 ** stepNumber),
    epsilon,
  );
  const replaced = [param, m, v].filter(
    (old) => old !== updated.param && old !== updated.m && old !== updated.v,
  );
  tf.dispose(replaced);
  return updated;
}
