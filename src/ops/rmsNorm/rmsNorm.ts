import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** RMSNorm (arXiv 1910.07467) of each row, scaled by `w`: `x [M,D]`, `w [D]` -> [M,D]. */
export const rmsNorm = operation(rmsNormFused, rmsNormComposite);

function rmsNormComposite(x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  return tf.tidy(() => {
    const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
    return tf.mul<tf.Tensor2D>(tf.mul(x, rstd), w);
  });
}

/** RMSNorm with the WASM kernels; keeps 1/rms of each row for the gradient. */
function rmsNormFused(kernels: WasmKernels, x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  const [m, d] = matrixShape("rmsNorm: x", x);
  expectShape("rmsNorm: w", w, [d]);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const normed = differentiable([x, w], () => {
    const y = kernels.output([m, d]);
    const rstd = kernels.output([m]);
    kernels.call.rmsNormForward(at(x), at(w), at(y), at(rstd), m, d, eps);
    return {
      value: y,
      saved: [x, w, rstd],
      backward: (dy, saved) => {
        const dx = kernels.output([m, d]);
        const dw = kernels.output([d]);
        const [xAt, wAt, rstdAt] = [at(nth(saved, 0)), at(nth(saved, 1)), at(nth(saved, 2))];
        kernels.call.rmsNormBackward(at(dy), xAt, wAt, rstdAt, at(dx), at(dw), m, d);
        return [dx, dw];
      },
    };
  });
  return normed as tf.Tensor2D; // [m, d]
}
