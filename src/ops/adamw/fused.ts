import { expectShape } from "../shapes.ts";
import * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { AdamwOptions, AdamwState } from "./state.ts";

/** AdamW update with the WASM kernels, in place except for values that other tensors share. */
export function adamwFused(
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
