import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** `x wᵀ + bias` by the WASM kernels. */
export function linearFused(kernels: WasmKernels, x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const [m, k] = matrixShape("linear: x", x);
  const [n] = matrixShape("linear: w", w);
  expectShape("linear: w", w, [n, k]);
  if (bias !== undefined) expectShape("linear: bias", bias, [n]);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const { call } = kernels;
  const bytes = call.linearScratch(n, k);

  const backward = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const [savedX, savedW] = [nth(saved, 0), nth(saved, 1)];
    const [dx, dw] = [kernels.output([m, k]), kernels.output([n, k])];
    call.linearInputGrad(at(dy), at(savedW), at(dx), m, n, k, kernels.scratch(bytes));
    call.linearWeightGrad(at(dy), at(savedX), at(dw), m, n, k, kernels.scratch(bytes));
    if (bias === undefined) return [dx, dw];
    const db = kernels.output([n]);
    call.linearBiasGrad(at(dy), at(db), m, n);
    return [dx, dw, db];
  };
  const inputs = bias === undefined ? [x, w] : [x, w, bias];
  const mapped = differentiable(inputs, () => {
    const y = kernels.output([m, n]);
    const biasAt = bias === undefined ? 0 : at(bias);
    call.linearForward(at(x), at(w), biasAt, at(y), m, n, k, kernels.scratch(bytes));
    return { value: y, saved: [x, w], backward };
  });
  return mapped as tf.Tensor2D; // [m, n]
}
