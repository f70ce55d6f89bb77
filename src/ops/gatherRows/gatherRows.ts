import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { gatherRowsComposite } from "./composite.ts";
import { gatherRowsFused } from "./fused.ts";

/** Returns rows `ids int32 [M]` of `w [V,D]` as [M,D]; the gradient is a scatter-add. */
export function gatherRows(w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? gatherRowsComposite(w, ids) : gatherRowsFused(kernels, w, ids);
}
