/** WGSL of the online softmax of attention (arXiv 1805.02867, algorithm 3). */
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { unroll } from "../../recording/kernel.ts";

/**
 * Declares the state of a line and head, whose joint index is the expression `place`: `row`, the offset `head` in its
 * entries, the scaled query, and zero sums.
 */
export function beginSoftmax(shape: DecoderShape, place: string): string {
  const { heads, kvHeads, headDim } = shape;
  const vectors = storedHeadDim(shape) / 4;
  return `
  let line = ${place} / ${heads}u;
  if (line >= batch.count) { return; }
  let row = rows[line];
  let head = ${place} % ${heads}u / ${heads / kvHeads}u * ${vectors}u;
  ${unroll(vectors, (i) => `let query${i} = queries[${place} * ${vectors}u + ${i}u] * ${1 / Math.sqrt(headDim)}; var sum${i} = vec4f();`)}
  var largest = -1e30;
  var total = 0.0;`;
}

/** Adds cache entry `entry`. */
export function addEntry(shape: DecoderShape): string {
  const { kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  return `
      let at = entry * ${2 * kvHeads * vectors}u + head;
      let score = ${unroll(vectors, (i) => `dot(query${i}, cache[at + ${i}u])`, " + ")};
      let newLargest = max(largest, score);
      let weight = exp(score - newLargest);
      let decay = exp(largest - newLargest);
      largest = newLargest;
      total = total * decay + weight;
      ${unroll(vectors, (i) => `sum${i} = sum${i} * decay + weight * cache[at + ${kvHeads * vectors + i}u];`)}`;
}
