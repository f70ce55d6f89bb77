import { at } from "../../math/at.ts";
import { expectShape, headWidth, longestPart, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { DecodeAttentionInput, DecodeCache } from "./input.ts";

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
export function decodeAttentionFused(kernels: WasmKernels, input: DecodeAttentionInput): tf.Tensor2D {
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
