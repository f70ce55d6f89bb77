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
  const { call } = kernels;

  const forward = (): tf.Tensor => {
    const y = kernels.output([m, n]);
    const scratch = kernels.scratch(call.linearScratch(n, k));
    const biasAddress = bias === undefined ? 0 : kernels.address(bias);
    call.linearForward(
      kernels.address(x),
      kernels.address(w),
      biasAddress,
      kernels.address(y),
      m,
      n,
      k,
      scratch,
    );
    return y;
  };
  const backward = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const [dyAt, xAt, wAt] = [
      kernels.address(dy),
      kernels.address(nth(saved, 0)),
      kernels.address(nth(saved, 1)),
    ];
    const dx = kernels.output([m, k]);
    const dw = kernels.output([n, k]);
    const scratch = kernels.scratch(call.linearScratch(n, k));
    call.linearInputGrad(dyAt, wAt, kernels.address(dx), m, n, k, scratch);
    call.linearWeightGrad(dyAt, xAt, kernels.address(dw), m, n, k, scratch);
    if (bias === undefined) return [dx, dw];
    const db = kernels.output([n]);
    call.linearBiasGrad(dyAt, kernels.address(db), m, n);
    return [dx, dw, db];
  };
  const inputs = bias === undefined ? [x, w] : [x, w, bias];
  return differentiable(inputs, () => ({ value: forward(), saved: [x, w], backward })) as tf.Tensor2D; // [m, n]
}
