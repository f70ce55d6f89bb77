import { at } from "../../math/at.ts";

/** Sizes of grouped-query attention. */
export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Attention of one query `q` over `keys` and `values`, in float64. */
export function attendReference(q: Float64Array, keys: Float64Array[], values: Float64Array[]): Float64Array {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * at(b, i), 0);
  const scores = keys.map((key) => dot(q, key) / Math.sqrt(q.length));
  const top = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return q.map((_, d) => values.reduce((sum, value, i) => sum + (at(weights, i) / total) * at(value, d), 0));
}

/** Causal attention of packed rows in float64. */
export function causalAttentionReference(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  rowStarts: Int32Array,
  { heads, kvHeads, headDim }: Heads,
): Float64Array {
  const out = new Float64Array(q.length);
  const part = (x: Float64Array, token: number, head: number, count: number): Float64Array =>
    x.subarray((token * count + head) * headDim, (token * count + head + 1) * headDim);
  for (let row = 0; row + 1 < rowStarts.length; row++) {
    const [start = 0, end = 0] = rowStarts.subarray(row, row + 2);
    for (let token = start; token < end; token++) {
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor((head * kvHeads) / heads);
        const seen = Array.from({ length: token + 1 - start }, (_, i) => start + i);
        const keys = seen.map((key) => part(k, key, kvHead, kvHeads));
        const values = seen.map((key) => part(v, key, kvHead, kvHeads));
        part(out, token, head, heads).set(attendReference(part(q, token, head, heads), keys, values));
      }
    }
  }
  return out;
}
