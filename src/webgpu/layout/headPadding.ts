/**
 * Attention heads of any even size in kernels that read vectors of four: each half of a head, which the rotary embedding
 * pairs with the other, is stored with zeros up to whole vectors. Zeros add nothing to scores, context or norms, and
 * their gradients are zeros, so AdamW leaves them what they are. Sizes that are multiples of 8 are stored as they are.
 */
import type { DecoderShape } from "../../decoder/decoderShape.ts";

/** Numbers of a head as the kernels keep it. */
export function storedHeadDim({ headDim }: Pick<DecoderShape, "headDim">): number {
  return 8 * Math.ceil(headDim / 8);
}

/** Numbers of the queries of a token, and of its context, in one layer. */
export function queryWidth(shape: Pick<DecoderShape, "heads" | "headDim">): number {
  return shape.heads * storedHeadDim(shape);
}

/** Numbers of the keys of a token in one layer; its values are as many. */
export function keyWidth(shape: Pick<DecoderShape, "kvHeads" | "headDim">): number {
  return shape.kvHeads * storedHeadDim(shape);
}

/** Numbers of the heads of queries and keys of a token, side by side. */
export function normedWidth(shape: Pick<DecoderShape, "heads" | "kvHeads" | "headDim">): number {
  return queryWidth(shape) + keyWidth(shape);
}

/** A parameter's numbers in runs: one half of a head each, or as many lines of a matrix. */
export interface Runs {
  /** Numbers of a run. */
  readonly length: number;
  /** The same with the zeros that follow them in the buffer. */
  readonly stored: number;
}

/** How a parameter is stored. */
export interface StoredShape {
  readonly shape: readonly number[];
  /** One after the other; none without padding. */
  readonly runs: readonly Runs[];
}

/** The dimension that consists of heads, of the parameters that have one. */
const HEADS = [
  { name: /self_attn\.[qkv]_proj\.((lora_B\.)?weight|bias)$/, dimension: 0 },
  { name: /self_attn\.[qk]_norm\.weight$/, dimension: 0 },
  { name: /self_attn\.o_proj\.(lora_A\.)?weight$/, dimension: 1 },
];
/** The dimension that is an adapter's rank, which vectors of four hold with zeros after it. */
const RANKS = [
  { name: /lora_A\.weight$/, dimension: 0 },
  { name: /lora_B\.weight$/, dimension: 1 },
];

/** How a decoder with heads of this size stores a parameter of this name and shape. */
export function storedShape(name: string, shape: readonly number[], headDim: number): StoredShape {
  const stored = storedHeadDim({ headDim });
  const runs: Runs[] = [];
  let padded = shape;
  const pad = (dimension: number, length: number, whole: number): void => {
    if (length === whole) return;
    const line = padded.slice(dimension + 1).reduce((product, n) => product * n, 1);
    const count = (padded[dimension] ?? 0) / length;
    padded = padded.map((n, i) => (i === dimension ? count * whole : n));
    runs.push({ length: length * line, stored: whole * line });
  };
  const rank = RANKS.find((each) => each.name.test(name))?.dimension;
  if (rank !== undefined) pad(rank, shape[rank] ?? 0, 4 * Math.ceil((shape[rank] ?? 0) / 4));
  const heads = HEADS.find((each) => each.name.test(name))?.dimension;
  if (heads !== undefined) pad(heads, headDim / 2, stored / 2);
  return { shape: padded, runs };
}

/** Puts the zeros in. */
export function padRuns(data: Float32Array, runs: readonly Runs[]): Float32Array<ArrayBuffer> {
  return runs.reduce(padEach, new Float32Array(data));
}

function padEach(data: Float32Array<ArrayBuffer>, { length, stored }: Runs): Float32Array<ArrayBuffer> {
  const runs = data.length / length;
  const padded = new Float32Array(runs * stored);
  for (let run = 0; run < runs; run++)
    padded.set(data.subarray(run * length, (run + 1) * length), run * stored);
  return padded;
}

/** Leaves them out again. */
export function unpadRuns(data: Float32Array<ArrayBuffer>, runs: readonly Runs[]): Float32Array<ArrayBuffer> {
  return [...runs].reverse().reduce(unpadEach, data);
}

function unpadEach(data: Float32Array<ArrayBuffer>, { length, stored }: Runs): Float32Array<ArrayBuffer> {
  const runs = data.length / stored;
  const bare = new Float32Array(runs * length);
  for (let run = 0; run < runs; run++)
    bare.set(data.subarray(run * stored, run * stored + length), run * length);
  return bare;
}
