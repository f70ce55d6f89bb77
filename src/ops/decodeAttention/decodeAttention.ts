import * as tf from "../tf.ts";
import { HIDDEN } from "../causalAttention/causalAttention.ts";

/** KV cache of R rows being decoded: G prompts shared by groups of rows, and the tokens of each row. */
export interface DecodeCache {
  /** Prompt tokens of all groups, packed: [Mp, Hkv*hd]. */
  readonly prefixKeys: tf.Tensor;
  readonly prefixValues: tf.Tensor;
  /** First prefix token of each group, then Mp: [G+1]. */
  readonly prefixStarts: Int32Array;
  /** Each row's own S tokens: [R, S, Hkv*hd]. */
  readonly suffixKeys: tf.Tensor;
  readonly suffixValues: tf.Tensor;
}

/** Queries of one new token per row, and the cache they attend to. */
interface DecodeAttentionInput {
  /** [R, H*hd] */
  readonly q: tf.Tensor;
  readonly cache: DecodeCache;
  /** The group whose prefix each row sees: int32 [R]. */
  readonly rowGroup: tf.Tensor;
  /** H, a multiple of `kvHeads` (grouped-query attention). */
  readonly heads: number;
  readonly kvHeads: number;
}

/** Swaps rows and key heads of a tensor of rank 4. */
const swap = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [1, 0, 2, 3]);

/** Mask of the prefix tokens of other groups: [R, 1, 1, Mp]. */
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

/** `[R, S, Hkv*hd]` per row and key head: [R*Hkv, S, hd]. */
function suffixByHead(suffix: tf.Tensor, kvHeads: number): tf.Tensor {
  const [rows = 0, length = 0, width = 0] = suffix.shape as readonly number[]; // of rank 3
  const byHead = tf.transpose(tf.reshape(suffix, [rows, length, kvHeads, -1]), [0, 2, 1, 3]);
  return tf.reshape(byHead, [rows * kvHeads, length, width / kvHeads]);
}

/** Weights [R, Hkv, queries per key, Mp + S] of queries of the same leading shape. */
function attentionWeights(byRow: tf.Tensor, cache: DecodeCache, rowGroup: tf.Tensor): tf.Tensor {
  const [rows = 0, kvHeads = 0, perKey = 0, headDim = 0] = byRow.shape as readonly number[]; // of rank 4
  const tokens = cache.prefixKeys.shape[0];
  const byHead = tf.reshape(swap(byRow), [kvHeads, rows * perKey, headDim]);
  const toPrefix = tf.matMul(byHead, prefixByHead(cache.prefixKeys, kvHeads), false, true);
  const visible = tf.add(
    swap(tf.reshape(toPrefix, [kvHeads, rows, perKey, tokens])),
    otherGroups(rowGroup, cache.prefixStarts, tokens),
  );
  const own = suffixByHead(cache.suffixKeys, kvHeads);
  const toSuffix = tf.matMul(tf.reshape(byRow, [rows * kvHeads, perKey, headDim]), own, false, true);
  return tf.softmax(tf.concat([visible, tf.reshape(toSuffix, [rows, kvHeads, perKey, -1])], 3));
}

/**
 * Attention of the token of each row to the prefix of its group and its own suffix, with scale 1/sqrt(hd); returns
 * [R, H*hd]. Has no gradient. Scores the prefix tokens of all groups and masks those of other groups, which costs work but
 * avoids reading `rowGroup` back from the device.
 */
export function decodeAttention({ q, cache, rowGroup, heads, kvHeads }: DecodeAttentionInput): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows = 0, width = 0] = q.shape;
    const shape: [number, number, number, number] = [rows, kvHeads, heads / kvHeads, width / heads];
    const [, , perKey, headDim] = shape;
    const tokens = cache.prefixKeys.shape[0];
    const weights = attentionWeights(tf.reshape(tf.mul(q, headDim ** -0.5), shape), cache, rowGroup);

    const toPrefix = tf.reshape(swap(tf.slice(weights, [0, 0, 0, 0], [-1, -1, -1, tokens])), [
      kvHeads,
      -1,
      tokens,
    ]);
    const fromPrefix = tf.matMul(toPrefix, prefixByHead(cache.prefixValues, kvHeads));
    const toSuffix = tf.reshape(tf.slice(weights, [0, 0, 0, tokens]), [rows * kvHeads, perKey, -1]);
    const fromSuffix = tf.matMul(toSuffix, suffixByHead(cache.suffixValues, kvHeads));
    const prefixPart = swap(tf.reshape(fromPrefix, [kvHeads, rows, perKey, headDim]));
    return tf.reshape<tf.Rank.R2>(tf.add(prefixPart, tf.reshape(fromSuffix, shape)), [rows, width]);
  });
}
