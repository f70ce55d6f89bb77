import { at } from "../../math/at.ts";
import { gatherRowsComposite } from "../gatherRows/composite.ts";
import * as tf from "../tf.ts";
import { HIDDEN, type CausalAttentionInput } from "./input.ts";

/** Index tensors between packed rows and a padded [B, longest] grid. */
interface Padding {
  readonly rows: number;
  readonly longest: number;
  /** Packed token of each grid cell; padding repeats the first token of the row and its result is dropped. */
  readonly toGrid: tf.Tensor1D;
  /** Grid cell of each packed token. */
  readonly toPacked: tf.Tensor1D;
}

function padding(rowStarts: Int32Array): Padding {
  const rows = rowStarts.length - 1;
  const lengths = Array.from(rowStarts.subarray(1), (end, row) => end - at(rowStarts, row));
  const longest = Math.max(...lengths);
  const toGrid = new Int32Array(rows * longest);
  const toPacked: number[] = [];
  lengths.forEach((length, row) => {
    const start = at(rowStarts, row);
    for (let t = 0; t < longest; t++) toGrid[row * longest + t] = t < length ? start + t : start;
    for (let t = 0; t < length; t++) toPacked.push(row * longest + t);
  });
  return { rows, longest, toGrid: tf.tensor1d(toGrid, "int32"), toPacked: tf.tensor1d(toPacked, "int32") };
}

/** Mask of keys later than the query: [T*queriesPerKey, T], with the queries of a key head interleaved. */
function causalMask(longest: number, queriesPerKey: number): tf.Tensor2D {
  const mask = new Float32Array(longest * queriesPerKey * longest);
  for (let i = 0; i < mask.length; i++) {
    if (i % longest > Math.floor(i / (longest * queriesPerKey))) mask[i] = HIDDEN;
  }
  return tf.tensor2d(mask, [longest * queriesPerKey, longest]);
}

/**
 * Causal attention with stock operations. Rows are padded to the longest; queries that share a key head are folded into the
 * time axis, so that keys are not repeated.
 */
export function causalAttentionComposite(input: CausalAttentionInput): tf.Tensor2D {
  const { q, k, v, rowStarts, heads, kvHeads } = input;
  return tf.tidy(() => {
    const width = at(q.shape, 1);
    const headDim = width / heads;
    const queriesPerKey = heads / kvHeads;
    const { rows, longest, toGrid, toPacked } = padding(rowStarts);
    const byHead = (packed: tf.Tensor, perHead: number): tf.Tensor3D => {
      const grid = tf.reshape(gatherRowsComposite(packed, toGrid), [
        rows,
        longest,
        kvHeads,
        perHead * headDim,
      ]);
      return tf.reshape(tf.transpose(grid, [0, 2, 1, 3]), [rows * kvHeads, longest * perHead, headDim]);
    };
    const scores = tf.mul(tf.matMul(byHead(q, queriesPerKey), byHead(k, 1), false, true), headDim ** -0.5);
    const weights = tf.softmax(tf.add(scores, causalMask(longest, queriesPerKey)));
    const mixed = tf.reshape(tf.matMul(weights, byHead(v, 1)), [
      rows,
      kvHeads,
      longest,
      queriesPerKey * headDim,
    ]);
    const grid = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows * longest, width]);
    return gatherRowsComposite(grid, toPacked);
  });
}
