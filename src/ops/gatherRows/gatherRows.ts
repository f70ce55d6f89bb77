import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Returns rows `ids int32 [M]` of `w [V,D]` as [M,D]; the gradient is a scatter-add. */
export const gatherRows = operation(gatherRowsFused, gatherRowsComposite);

/**
 * Rows `ids int32 [M]` of `w [V,D]` with stock operations. The gradient is a scatter-add by `scatterND`, which sums duplicates on every
 * backend; the stock gradient of `gather` needs UnsortedSegmentSum, which the wasm backend lacks.
 */
export function gatherRowsComposite(w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  const [vocabulary = 0, width = 0] = w.shape;
  const rows = differentiable([w], () => ({
    value: tf.gather(w, ids),
    saved: [ids],
    backward: (dy, saved) => [
      tf.tidy(() => tf.scatterND(tf.reshape(nth(saved, 0), [-1, 1]), dy, [vocabulary, width])),
    ],
  }));
  return rows.as2D(ids.size, width);
}

/** Rows by index with the WASM kernels; gradients are added in row order. */
function gatherRowsFused(kernels: WasmKernels, w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  const [v, d] = matrixShape("gatherRows: w", w);
  const m = ids.size;
  expectShape("gatherRows: ids", ids, [m]);
  kernels.expectIndices("gatherRows: ids", ids, v);
  const rows = differentiable([w], () => {
    const y = kernels.output([m, d]);
    kernels.call.gatherRows(kernels.address(w), kernels.address(ids, "int32"), kernels.address(y), m, d);
    return {
      value: y,
      saved: [ids],
      backward: (dy, saved) => {
        const dw = kernels.output([v, d]);
        const idsAt = kernels.address(nth(saved, 0), "int32");
        kernels.call.scatterAddRows(kernels.address(dy), idsAt, kernels.address(dw), m, v, d);
        return [dw];
      },
    };
  });
  return rows as tf.Tensor2D; // [m, d]
}
