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

  const rows = { count: m, work: n * k };

  const backward = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const [dyAt, xAt, wAt] = [at(dy), at(nth(saved, 0)), at(nth(saved, 1))];
    const [dx, dw] = [kernels.output([m, k]), kernels.output([n, k])];
    const [dxAt, dwAt] = [at(dx), at(dw)];
    const scratch = kernels.scratchOfParts(bytes);
    kernels.inParts("linearInputGrad", rows, (begin, end, part) => {
      return [dyAt + begin * n * 4, wAt, dxAt + begin * k * 4, end - begin, n, k, scratch(part)];
    });
    kernels.inParts("linearWeightGrad", { count: n, work: m * k }, (begin, end, part) => {
      return [dyAt, xAt, dwAt, m, n, k, begin, end, scratch(part)];
    });
    if (bias === undefined) return [dx, dw];
    const db = kernels.output([n]);
    call.linearBiasGrad(dyAt, at(db), m, n);
    return [dx, dw, db];
  };
  const inputs = bias === undefined ? [x, w] : [x, w, bias];
  const mapped = differentiable(inputs, () => {
    const y = kernels.output([m, n]);
    const [xAt, wAt, biasAt, yAt] = [at(x), at(w), bias === undefined ? 0 : at(bias), at(y)];
    const scratch = kernels.scratchOfParts(bytes);
    kernels.inParts("linearForward", rows, (begin, end, part) => {
      return [xAt + begin * k * 4, wAt, biasAt, yAt + begin * n * 4, end - begin, n, k, scratch(part)];
    });
    return { value: y, saved: [x, w], backward };
  });
  return mapped as tf.Tensor2D; // [m, n]
}
