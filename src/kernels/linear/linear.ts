import type * as tf from "../tf.ts";
import { linearComposite } from "./composite.ts";

/** Affine map with Hugging Face's weight layout: `x [M,K]`, `w [N,K]`, `bias [N]` -> `x wᵀ + bias [M,N]`. */
export function linear(x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  return linearComposite(x, w, bias);
}
