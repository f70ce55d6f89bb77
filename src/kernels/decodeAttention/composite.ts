import * as tf from "../tf.ts";
import type { DecodeCache } from "./decodeAttention.ts";

/** Added to the score of a key that must not be seen; exp of it is 0, and unlike -Infinity it makes no NaN. */
const HIDDEN = -1e9;

/** Hides from each row the prefix tokens of other groups: [R, 1, 1, Mp]. */
function otherGroups(rowGroup: tf.Tensor, prefixStarts: Int32Array, tokens: number): tf.Tensor {
  const groups = new Int32Array(tokens);
  for (let group = 0; group + 1 < prefixStarts.length; group++) {
    groups.fill(group, prefixStarts[group], prefixStarts[group + 1]);
  }
  const foreign = tf.notEqual(tf.reshape(rowGroup, [-1, 1]), tf.tensor2d(groups, [1, tokens], "int32"));
  return tf.reshape(tf.mul(tf.cast(foreign, "float32"), HIDDEN), [rowGroup.size, 1, 1, tokens]);
}

/** `[tokens, Hkv*hd]` per key head: [Hkv, tokens, hd]. */
function prefixByHead(packed: tf.Tensor, kvHeads: number): tf.Tensor {
  const [tokens = 0, width = 0] = packed.shape;
  return tf.transpose(tf.reshape(packed, [tokens, kvHeads, width / kvHeads]), [1, 0, 2]);
}

/** The first `length` tokens of `[R, S, Hkv*hd]` per row and key head: [R*Hkv, length, hd]. */
function suffixByHead(suffix: tf.Tensor, length: number, kvHeads: number): tf.Tensor {
  const [rows = 0, , width = 0] = suffix.shape;
  const seen = tf.reshape(tf.slice(suffix, [0, 0, 0], [rows, length, width]), [rows, length, kvHeads, -1]);
  return tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [rows * kvHeads, length, width / kvHeads]);
}

/**
 * One decoding step's attention of stock ops. Scores every prefix token of all groups and hides the foreign ones:
 * wasteful, but without reading `rowGroup` back from the device.
 */
export function decodeAttentionComposite(
  q: tf.Tensor,
  cache: DecodeCache,
  rowGroup: tf.Tensor,
  heads: number,
  kvHeads: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows = 0, width = 0] = q.shape;
    const headDim = width / heads;
    const perKey = heads / kvHeads;
    const prefixLength = cache.prefixKeys.shape[0] ?? 0;
    const length = cache.suffixLength;
    const swap = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [1, 0, 2, 3]); // row <-> key head

    const byRow = tf.reshape(tf.mul(q, headDim ** -0.5), [rows, kvHeads, perKey, headDim]);
    const byHead = tf.reshape(swap(byRow), [kvHeads, rows * perKey, headDim]);
    const prefixScores = tf.matMul(byHead, prefixByHead(cache.prefixKeys, kvHeads), false, true);
    const suffixScores = tf.matMul(
      tf.reshape(byRow, [rows * kvHeads, perKey, headDim]),
      suffixByHead(cache.suffixKeys, length, kvHeads),
      false,
      true,
    );
    const visible = tf.add(
      swap(tf.reshape(prefixScores, [kvHeads, rows, perKey, prefixLength])),
      otherGroups(rowGroup, cache.prefixStarts, prefixLength),
    );
    const weights = tf.softmax(
      tf.concat([visible, tf.reshape(suffixScores, [rows, kvHeads, perKey, length])], 3),
    );
    const [toPrefix, toSuffix] = [
      tf.slice(weights, [0, 0, 0, 0], [rows, kvHeads, perKey, prefixLength]),
      tf.slice(weights, [0, 0, 0, prefixLength], [rows, kvHeads, perKey, length]),
    ];
    const fromPrefix = tf.matMul(
      tf.reshape(swap(toPrefix), [kvHeads, rows * perKey, prefixLength]),
      prefixByHead(cache.prefixValues, kvHeads),
    );
    const fromSuffix = tf.matMul(
      tf.reshape(toSuffix, [rows * kvHeads, perKey, length]),
      suffixByHead(cache.suffixValues, length, kvHeads),
    );
    const mixed = tf.add(
      swap(tf.reshape(fromPrefix, [kvHeads, rows, perKey, headDim])),
      tf.reshape(fromSuffix, [rows, kvHeads, perKey, headDim]),
    );
    return tf.reshape<tf.Rank.R2>(mixed, [rows, width]);
  });
}
