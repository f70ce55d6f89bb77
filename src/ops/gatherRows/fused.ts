import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Rows by index with the WASM kernels; gradients are added in row order. */
export function gatherRowsFused(kernels: WasmKernels, w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
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
