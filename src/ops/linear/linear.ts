import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Affine map with Hugging Face's weight layout: `x [M,K]`, `w [N,K]`, `bias [N]` -> `x wᵀ + bias [M,N]`. */
export const linear = operation(linearFused, linearComposite);

/** Affine map with frozen matrix and bias: only `x` gets a gradient. */
export const frozenLinear = operation(
  (kernels, x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor) => linearFused(kernels, x, w, bias, true),
  linearComposite,
);

function linearComposite(x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, w, false, true);
  return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
}

/** `x wᵀ + bias` with the WASM kernels; with `frozen`, `w` and `bias` get no gradient and `x` is not kept. */
function linearFused(
  kernels: WasmKernels,
  x: tf.Tensor,
  w: tf.Tensor,
  bias?: tf.Tensor,
  frozen = false,
): tf.Tensor2D {
  const [, k] = matrixShape("linear: x", x);
  const [n] = matrixShape("linear: w", w);
  expectShape("linear: w", w, [n, k]);
  if (bias !== undefined) expectShape("linear: bias", bias, [n]);
  const trained = bias === undefined ? [x, w] : [x, w, bias];
  const mapped = differentiable(frozen ? [x] : trained, () => ({
    value: forward(kernels, x, w, bias),
    saved: frozen ? [w] : [w, x],
    backward: (dy, saved) => {
      const dx = inputGradient(kernels, dy, nth(saved, 0));
      if (frozen) return [dx];
      const dw = weightGradient(kernels, dy, nth(saved, 1));
      return bias === undefined ? [dx, dw] : [dx, dw, biasGradient(kernels, dy)];
    },
  }));
  return mapped as tf.Tensor2D; // [m, n]
}

function forward(kernels: WasmKernels, x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  const [m] = matrixShape("linear: x", x);
  return mapRows(kernels, x, w, { begin: 0, end: m }, bias);
}

/** A range of rows of a matrix. */
export interface Rows {
  readonly begin: number;
  readonly end: number;
}

/** `x wᵀ + bias` of a range of rows of x [M, K]: [end - begin, N]. */
export function mapRows(
  kernels: WasmKernels,
  x: tf.Tensor,
  w: tf.Tensor,
  { begin: first, end: last }: Rows,
  bias?: tf.Tensor,
): tf.Tensor {
  const [, k] = matrixShape("linear: x", x);
  const [n] = matrixShape("linear: w", w);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const y = kernels.output([last - first, n]);
  const [xAt, wAt, biasAt, yAt] = [at(x) + first * k * 4, at(w), bias === undefined ? 0 : at(bias), at(y)];
  const scratch = kernels.scratchOfParts(kernels.call.linearScratch(n, k));
  kernels.inParts("linearForward", { count: last - first, work: n * k }, (begin, end, part) => {
    return [xAt + begin * k * 4, wAt, biasAt, yAt + begin * n * 4, end - begin, n, k, scratch(part)];
  });
  return y;
}

/** Gradient of the input [M, K] from dy [M, N] and w [N, K]. */
function inputGradient(kernels: WasmKernels, dy: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const [m] = matrixShape("linear: dy", dy);
  const [, k] = matrixShape("linear: w", w);
  const dx = kernels.output([m, k]);
  writeInputGradient(kernels, dy, w, dx, 0);
  return dx;
}

/** Writes the gradient of the input to the rows of dx from `first` on. */
export function writeInputGradient(
  kernels: WasmKernels,
  dy: tf.Tensor,
  w: tf.Tensor,
  dx: tf.Tensor,
  first: number,
): void {
  const [m, n] = matrixShape("linear: dy", dy);
  const [, k] = matrixShape("linear: w", w);
  const [dyAt, wAt] = [kernels.address(dy), kernels.address(w)];
  const dxAt = kernels.address(dx) + first * k * 4;
  const scratch = kernels.scratchOfParts(kernels.call.linearScratch(n, k));
  kernels.inParts("linearInputGrad", { count: m, work: n * k }, (begin, end, part) => {
    return [dyAt + begin * n * 4, wAt, dxAt + begin * k * 4, end - begin, n, k, scratch(part)];
  });
}

/** Gradient of the weight [N, K] from dy [M, N] and the rows of x [*, K] from `first` on. */
export function weightGradient(kernels: WasmKernels, dy: tf.Tensor, x: tf.Tensor, first = 0): tf.Tensor {
  const [m, n] = matrixShape("linear: dy", dy);
  const [, k] = matrixShape("linear: x", x);
  const dw = kernels.output([n, k]);
  const [dyAt, dwAt] = [kernels.address(dy), kernels.address(dw)];
  const xAt = kernels.address(x) + first * k * 4;
  const scratch = kernels.scratchOfParts(kernels.call.linearScratch(n, k));
  kernels.inParts("linearWeightGrad", { count: n, work: m * k }, (begin, end, part) => {
    return [dyAt, xAt, dwAt, m, n, k, begin, end, scratch(part)];
  });
  return dw;
}

/** Gradient of the bias [N] from dy [M, N]. */
function biasGradient(kernels: WasmKernels, dy: tf.Tensor): tf.Tensor {
  const [m, n] = matrixShape("linear: dy", dy);
  const db = kernels.output([n]);
  kernels.call.linearBiasGrad(kernels.address(dy), kernels.address(db), m, n);
  return db;
}
