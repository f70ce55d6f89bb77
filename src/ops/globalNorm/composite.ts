import * as tf from "../tf.ts";

/** Euclidean norm over all elements of all tensors, with stock operations. */
export async function globalNormComposite(tensors: readonly tf.Tensor[]): Promise<number> {
  const squares = tf.tidy(() => tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
  const values = await squares.data();
  squares.dispose();
  let sum = 0;
  for (const value of values) sum += value;
  return Math.sqrt(sum);
}
