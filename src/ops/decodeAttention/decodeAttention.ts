import * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { HIDDEN } from "../causalAttention/causalAttention.ts";
import { at } from "../../math/at.ts";
import { expectShape, headWidth, longestPart, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** KV cache of R rows being decoded: G prompts shared by groups of rows, and the tokens of each row. */
export interface DecodeCache {
  /** Prompt tokens of all groups, packed: [Mp, Hkv*hd]. */
  readonly prefixKeys: tf.Tensor;
  readonly prefixValues: tf.Tensor;
  /** First prefix token of each group, then Mp: [G+1]. */
  readonly prefixStarts: Int32Array;
  /** Each row's own tokens: [R, S, Hkv*hd], of which the first `suffixLength` (at least 1) are written. */
  readonly suffixKeys: tf.Tensor;
  readonly suffixValues: tf.Tensor;
  readonly suffixLength: number;
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

/** Attention of the token of each row to the prefix of its group and its own suffix, with scale 1/sqrt(hd); returns [R, H*hd]. Has no gradient. */
export function decodeAttention(input: DecodeAttentionInput): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined ? decodeAttentionComposite(input) : decodeAttentionFused(kernels, input);
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

/** The first `length` tokens of `[R, S, Hkv*hd]` per row and key head: [R*Hkv, length, hd]. */
function suffixByHead(suffix: tf.Tensor, length: number, kvHeads: number): tf.Tensor {
  const [rows = 0, , width = 0] = suffix.shape as readonly number[]; // of rank 3
  const seen = tf.reshape(tf.slice(suffix, [0, 0, 0], [rows, length, width]), [rows, length, kvHeads, -1]);
  return tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [rows * kvHeads, length, width / kvHeads]);
}

/** Weights [R, Hkv, queries per key, Mp + length] of queries of the same leading shape. */
function attentionWeights(byRow: tf.Tensor, cache: DecodeCache, rowGroup: tf.Tensor): tf.Tensor {
  const [rows = 0, kvHeads = 0, perKey = 0, headDim = 0] = byRow.shape as readonly number[]; // of rank 4
  const tokens = cache.prefixKeys.shape[0];
  const byHead = tf.reshape(swap(byRow), [kvHeads, rows * perKey, headDim]);
  const toPrefix = tf.matMul(byHead, prefixByHead(cache.prefixKeys, kvHeads), false, true);
  const visible = tf.add(
    swap(tf.reshape(toPrefix, [kvHeads, rows, perKey, tokens])),
    otherGroups(rowGroup, cache.prefixStarts, tokens),
  );
  const own = suffixByHead(cache.suffixKeys, cache.suffixLength, kvHeads);
  const toSuffix = tf.matMul(tf.reshape(byRow, [rows * kvHeads, perKey, headDim]), own, false, true);
  return tf.softmax(tf.concat([visible, tf.reshape(toSuffix, [rows, kvHeads, perKey, -1])], 3));
}

/**
 * Attention of one decoding step with stock operations. Scores the prefix tokens of all groups and masks those of other
 * groups, which costs work but avoids reading `rowGroup` back from the device.
 */
function decodeAttentionComposite(input: DecodeAttentionInput): tf.Tensor2D {
  const { q, cache, rowGroup, heads, kvHeads } = input;
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
    const toSuffix = tf.reshape(tf.slice(weights, [0, 0, 0, tokens]), [
      rows * kvHeads,
      perKey,
      cache.suffixLength,
    ]);
    const fromSuffix = tf.matMul(toSuffix, suffixByHead(cache.suffixValues, cache.suffixLength, kvHeads));
    const prefixPart = swap(tf.reshape(fromPrefix, [kvHeads, rows, perKey, headDim]));
    return tf.reshape<tf.Rank.R2>(tf.add(prefixPart, tf.reshape(fromSuffix, shape)), [rows, width]);
  });
}

/** Throws unless the shapes of the cache match `rows` rows and key width `kvWidth`. */
function checkCache(cache: DecodeCache, rows: number, kvWidth: number): void {
  const [tokens] = matrixShape("decodeAttention: prefixKeys", cache.prefixKeys);
  const slots = at(cache.suffixKeys.shape, 1);
  if (cache.suffixLength < 1 || cache.suffixLength > slots) {
    throw new Error(`decodeAttention: suffix length ${cache.suffixLength} of ${slots} slots`);
  }
  for (const prefix of [cache.prefixKeys, cache.prefixValues]) {
    expectShape("decodeAttention: prefix", prefix, [tokens, kvWidth]);
  }
  for (const suffix of [cache.suffixKeys, cache.suffixValues]) {
    expectShape("decodeAttention: suffix", suffix, [rows, slots, kvWidth]);
  }
}

/** Attention of one decoding step with the WASM kernels; a prefix is scored for all rows of its group together. */
function decodeAttentionFused(kernels: WasmKernels, input: DecodeAttentionInput): tf.Tensor2D {
  const { q, cache, rowGroup, heads, kvHeads } = input;
  const [rows, width] = matrixShape("decodeAttention: q", q);
  const headDim = headWidth("decodeAttention", width, heads, kvHeads);
  checkCache(cache, rows, kvHeads * headDim);
  const groups = cache.prefixStarts.length - 1;
  expectShape("decodeAttention: rowGroup", rowGroup, [rows]);
  kernels.expectIndices("decodeAttention: rowGroup", rowGroup, groups);
  const { prefixKeys, prefixValues, prefixStarts, suffixKeys, suffixValues, suffixLength } = cache;
  const longest = longestPart("decodeAttention: prefixStarts", prefixStarts, prefixKeys.shape[0], 0);

  const out = kernels.output([rows, width]);
  const bytes = kernels.call.decodeScratch(rows, groups, longest, suffixLength, kvHeads, headDim);
  const [scratch, starts] = kernels.scratchWith(bytes, prefixStarts);
  const address = (tensor: tf.Tensor): number => kernels.address(tensor);
  const prefix = [address(prefixKeys), address(prefixValues), starts] as const;
  const suffix = [address(suffixKeys), address(suffixValues)] as const;
  const sizes = [
    rows,
    groups,
    at(suffixKeys.shape, 1),
    suffixLength,
    heads,
    kvHeads,
    headDim,
    longest,
  ] as const;
  const rowGroupAt = kernels.address(rowGroup, "int32");
  kernels.call.decodeAttention(
    address(q),
    address(out),
    ...prefix,
    ...suffix,
    rowGroupAt,
    0,
    ...sizes,
    scratch,
  );
  return out as tf.Tensor2D; // [rows, width]
}
