/**
 * Attention heads of any even size in kernels that read vectors of four: each half of a head, which the rotary embedding
 * pairs with the other, is stored with zeros up to whole vectors. Zeros add nothing to scores, context or norms, and
 * their gradients are zeros, so AdamW leaves them what they are. Sizes that are multiples of 8 are stored as they are.
 */
import type { DecoderShape } from "./decoderShape.ts";

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
  /** Null without padding. */
  readonly runs: Runs | null;
}

/** The dimension that consists of heads, of the parameters that have one. */
const HEADS = [
  { name: /self_attn\.[qkv]_proj\.(weight|bias)$/, dimension: 0 },
  { name: /self_attn\.[qk]_norm\.weight$/, dimension: 0 },
  { name: /self_attn\.o_proj\.weight$/, dimension: 1 },
];

/** How a decoder with heads of this size stores a parameter of this name and shape. */
export function storedShape(name: string, shape: readonly number[], headDim: number): StoredShape {
  const heads = HEADS.find((each) => each.name.test(name));
  const stored = storedHeadDim({ headDim });
  if (heads === undefined || stored === headDim) return { shape, runs: null };
  const { dimension } = heads;
  const line = shape.slice(dimension + 1).reduce((product, n) => product * n, 1);
  return {
    shape: shape.map((n, i) => (i === dimension ? (n / headDim) * stored : n)),
    runs: { length: (headDim / 2) * line, stored: (stored / 2) * line },
  };
}

/** Puts the zeros in. */
export function padRuns(data: Float32Array, { length, stored }: Runs): Float32Array<ArrayBuffer> {
  const runs = data.length / length;
  const padded = new Float32Array(runs * stored);
  for (let run = 0; run < runs; run++)
    padded.set(data.subarray(run * length, (run + 1) * length), run * stored);
  return padded;
}

/** Leaves them out again. */
export function unpadRuns(data: Float32Array, { length, stored }: Runs): Float32Array<ArrayBuffer> {
  const runs = data.length / stored;
  const bare = new Float32Array(runs * length);
  for (let run = 0; run < runs; run++)
    bare.set(data.subarray(run * stored, run * stored + length), run * length);
  return bare;
}
