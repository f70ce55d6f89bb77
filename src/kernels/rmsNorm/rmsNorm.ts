import type * as tf from "../tf.ts";
import { rmsNormComposite } from "./composite.ts";

/** Root-mean-square normalisation of each row, scaled by `w`: `x [M,D]`, `w [D]` -> [M,D]. */
export function rmsNorm(x: tf.Tensor, w: tf.Tensor, eps: number): tf.Tensor2D {
  return rmsNormComposite(x, w, eps);
}
