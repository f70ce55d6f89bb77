import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { DecodeCache } from "./decodeAttention.ts";

/** Longest prefix; throws unless the starts are those of packed prefixes. */
function longestPrefix(starts: Int32Array, tokens: number): number {
  let longest = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    const length = (starts[group + 1] ?? 0) - (starts[group] ?? 0);
    if (length < 0) throw new Error(`decodeAttention: the prefix of group ${group} has ${length} tokens`);
    longest = Math.max(longest, length);
  }
  if (starts[0] !== 0 || starts[starts.length - 1] !== tokens) {
    throw new Error(`decodeAttention: prefixStarts does not run from 0 to ${tokens}`);
  }
  return longest;
}

/** One decoding step's attention by the WASM kernels; the prefix is scored for all rows of its group together. */
export function decodeAttentionFused(
  kernels: WasmKernels,
  q: tf.Tensor,
  cache: DecodeCache,
  rowGroup: tf.Tensor,
  heads: number,
  kvHeads: number,
): tf.Tensor2D {
  const [rows, width] = matrixShape("decodeAttention: q", q);
  const headDim = width / heads;
  if (headDim % 4 !== 0) throw new Error(`decodeAttention: head width ${headDim} is not a multiple of 4`);
  if (heads % kvHeads !== 0)
    throw new Error(`decodeAttention: ${heads} heads do not share ${kvHeads} key heads`);
  const slots = cache.suffixKeys.shape[1] ?? 0;
  const [tokens] = matrixShape("decodeAttention: prefixKeys", cache.prefixKeys);
  const suffixLength = cache.suffixLength;
  if (suffixLength < 1 || suffixLength > slots) {
    throw new Error(`decodeAttention: suffix length ${suffixLength} of ${slots} slots`);
  }
  for (const prefix of [cache.prefixKeys, cache.prefixValues]) {
    expectShape("decodeAttention: prefix", prefix, [tokens, kvHeads * headDim]);
  }
  for (const suffix of [cache.suffixKeys, cache.suffixValues]) {
    expectShape("decodeAttention: suffix", suffix, [rows, slots, kvHeads * headDim]);
  }
  const groups = cache.prefixStarts.length - 1;
  expectShape("decodeAttention: rowGroup", rowGroup, [rows]);
  kernels.expectIndices("decodeAttention: rowGroup", rowGroup, groups);
  const longest = longestPrefix(cache.prefixStarts, tokens);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const { call } = kernels;

  const out = kernels.output([rows, width]);
  const bytes = call.decodeScratch(rows, groups, longest, suffixLength, headDim);
  const [scratch, starts] = kernels.scratchWith(bytes, cache.prefixStarts);
  call.decodeAttention(
    at(q),
    at(out),
    at(cache.prefixKeys),
    at(cache.prefixValues),
    starts,
    at(cache.suffixKeys),
    at(cache.suffixValues),
    kernels.address(rowGroup, "int32"),
    rows,
    groups,
    slots,
    suffixLength,
    heads,
    kvHeads,
    headDim,
    longest,
    scratch,
  );
  return out as tf.Tensor2D; // [rows, width]
}
