import type * as tf from "../tf.ts";
import { gatherRowsComposite } from "./composite.ts";

/** Rows of `w [V,D]` named by `ids int32 [M]` -> [M,D]; its gradient adds rows up (embedding, row selection). */
export function gatherRows(w: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  return gatherRowsComposite(w, ids);
}
