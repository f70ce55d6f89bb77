import * as tf from "../tf.ts";

/** Returns a copy of `suffix [R,S,W]` with `x [R,W]` at position `index`; disposes `suffix`. */
export function appendTokenComposite(suffix: tf.Tensor, x: tf.Tensor, index: number): tf.Tensor3D {
  const [rows = 0, slots = 0, width = 0] = suffix.shape;
  const appended = tf.tidy(() => {
    const parts: tf.Tensor3D[] = [];
    if (index > 0) parts.push(tf.slice(suffix.as3D(rows, slots, width), [0, 0, 0], [rows, index, width]));
    parts.push(tf.reshape(x, [rows, 1, width]));
    if (index + 1 < slots) parts.push(tf.slice(suffix.as3D(rows, slots, width), [0, index + 1, 0]));
    return tf.concat(parts, 1);
  });
  suffix.dispose();
  return appended;
}
