import * as tf from "../tf.ts";
import type { RopeTable } from "./ropeTable.ts";

/** Rotary embedding with stock operations: `x [M,H*hd]`, `positions int32 [M]` -> [M,H*hd]. */
export function rotateComposite(x: tf.Tensor, positions: tf.Tensor, table: RopeTable): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows = 0, width = 0] = x.shape;
    const half = table.cos.shape[1];
    const heads = width / (2 * half);
    const cos = tf.reshape(tf.gather(table.cos, positions), [rows, 1, half]);
    const sin = tf.reshape(tf.gather(table.sin, positions), [rows, 1, half]);
    const byHead = tf.reshape(x, [rows, heads, 2 * half]);
    const first = tf.slice(byHead, [0, 0, 0], [rows, heads, half]);
    const second = tf.slice(byHead, [0, 0, half], [rows, heads, half]);
    const rotated = tf.concat(
      [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))],
      2,
    );
    return tf.reshape<tf.Rank.R2>(rotated, [rows, width]);
  });
}
