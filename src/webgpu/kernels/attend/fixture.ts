import { at } from "../../../math/at.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";

/** Attention of each line's queries [M, H*hd] over the entries of the cache it may see, in float64. */
export function attendReference(
  queries: Float64Array,
  keys: Float64Array,
  values: Float64Array,
  entries: readonly (readonly number[])[],
  { heads, kvHeads, headDim }: DecoderShape,
): Float64Array {
  const context = new Float64Array(queries.length);
  for (const [line, seen] of entries.entries()) {
    for (let head = 0; head < heads; head++) {
      const query = (line * heads + head) * headDim;
      const shared = Math.floor(head / (heads / kvHeads)) * headDim;
      const places = seen.map((entry) => entry * kvHeads * headDim + shared);
      const weights = softmax(
        places.map((place) => dot(queries, query, keys, place, headDim) / Math.sqrt(headDim)),
      );
      for (let i = 0; i < headDim; i++)
        context[query + i] = places.reduce(
          (sum, place, n) => sum + at(weights, n) * at(values, place + i),
          0,
        );
    }
  }
  return context;
}

function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += at(a, aStart + i) * at(b, bStart + i);
  return sum;
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
