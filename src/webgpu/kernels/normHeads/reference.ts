import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { normReference } from "../reference.ts";

/** Heads of lines [M, (H+Hkv)*hd], those of queries normed by one weight and those of keys by another, in float64. */
export function normHeadsReference(
  heads: Float64Array,
  queryWeight: Float64Array,
  keyWeight: Float64Array,
  { heads: queryHeads, kvHeads, headDim, normEpsilon }: DecoderShape,
): Float64Array {
  const normed = new Float64Array(heads.length);
  for (let head = 0; head < heads.length / headDim; head++) {
    const weight = head % (queryHeads + kvHeads) < queryHeads ? queryWeight : keyWeight;
    const own = heads.subarray(head * headDim, (head + 1) * headDim);
    normed.set(normReference(own, weight, normEpsilon), head * headDim);
  }
  return normed;
}
