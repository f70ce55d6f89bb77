import { attendReference, type Heads } from "../causalAttention/fixture.ts";

/** A `DecodeCache` in float64. */
interface CacheReference {
  readonly prefixKeys: Float64Array;
  readonly prefixValues: Float64Array;
  readonly prefixStarts: Int32Array;
  readonly suffixKeys: Float64Array;
  readonly suffixValues: Float64Array;
  readonly suffixLength: number;
}

/** Attention of one decoding step, in float64. */
export function decodeAttentionReference(
  q: Float64Array,
  cache: CacheReference,
  rowGroup: Int32Array,
  { heads, kvHeads, headDim }: Heads,
): Float64Array {
  const out = new Float64Array(q.length);
  const vector = (x: Float64Array, index: number): Float64Array =>
    x.subarray(index * headDim, (index + 1) * headDim);
  rowGroup.forEach((group, row) => {
    const [start = 0, end = 0] = cache.prefixStarts.subarray(group, group + 2);
    for (let head = 0; head < heads; head++) {
      const kvHead = Math.floor((head * kvHeads) / heads);
      const seen = (prefix: Float64Array, suffix: Float64Array): Float64Array[] => [
        ...Array.from({ length: end - start }, (_, i) => vector(prefix, (start + i) * kvHeads + kvHead)),
        ...Array.from({ length: cache.suffixLength }, (_, i) =>
          vector(suffix, (row * cache.suffixLength + i) * kvHeads + kvHead),
        ),
      ];
      const keys = seen(cache.prefixKeys, cache.suffixKeys);
      const values = seen(cache.prefixValues, cache.suffixValues);
      vector(out, row * heads + head).set(attendReference(vector(q, row * heads + head), keys, values));
    }
  });
  return out;
}
