import { differentiable, nth } from "../differentiable.ts";
import * as tf from "../tf.ts";

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
