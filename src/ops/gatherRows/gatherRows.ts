import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { gatherRowsComposite } from "./composite.ts";
import { gatherRowsFused } from "./fused.ts";

/** Rows of `w [V,D]` named by `ids int32 [M]` -> [M,D]; its gradient adds rows up (embedding, row selection). */
export function gatherRows(w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? gatherRowsComposite(w, ids) : gatherRowsFused(kernels, w, ids);
}
