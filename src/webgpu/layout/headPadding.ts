/**
 * Zero padding of attention heads, for kernels that read vectors of four: each half of a head, paired by the rotary
 * embedding, is padded to a multiple of four. The zeros change no score, context or norm, and their gradients are zero, so
 * AdamW keeps them zero. Head sizes that are multiples of 8 need no padding.
 */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";

/** Head dimension as stored. */
export function storedHeadDim({ headDim }: Pick<DecoderShape, "headDim">): number {
  return 8 * Math.ceil(headDim / 8);
}

/** Width of the queries, and of the context, of a token in one layer, as stored. */
export function queryWidth(shape: Pick<DecoderShape, "heads" | "headDim">): number {
  return shape.heads * storedHeadDim(shape);
}

/** Width of the keys, and of the values, of a token in one layer, as stored. */
export function keyWidth(shape: Pick<DecoderShape, "kvHeads" | "headDim">): number {
  return shape.kvHeads * storedHeadDim(shape);
}

/** Width of the concatenated queries and keys of a token, as stored. */
export function normedWidth(shape: Pick<DecoderShape, "heads" | "kvHeads" | "headDim">): number {
  return queryWidth(shape) + keyWidth(shape);
}

/** Equal runs of numbers of a parameter, each followed by padding: half heads, or the matrix rows of a half head. */
export interface Runs {
  /** Length of a run without padding. */
  readonly length: number;
  /** Length with padding. */
  readonly stored: number;
}

/** Stored form of a parameter. */
interface StoredShape {
  readonly shape: readonly number[];
  /** Paddings, applied in order; empty without padding. */
  readonly runs: readonly Runs[];
}

/** The dimension of a parameter that consists of heads. */
const HEADS = [
  { name: /self_attn\.[qkv]_proj\.((lora_B\.)?weight|bias)$/, dimension: 0 },
  { name: /self_attn\.[qk]_norm\.weight$/, dimension: 0 },
  { name: /self_attn\.o_proj\.(lora_A\.)?weight$/, dimension: 1 },
];
/** The dimension that is an adapter's rank, padded to a multiple of four. */
const RANKS = [
  { name: /lora_A\.weight$/, dimension: 0 },
  { name: /lora_B\.weight$/, dimension: 1 },
];

/** Stored form of a parameter of this name and shape in a decoder with this head dimension. */
export function storedShape(name: string, shape: readonly number[], headDim: number): StoredShape {
  const stored = storedHeadDim({ headDim });
  const runs: Runs[] = [];
  let padded = shape;
  const pad = (dimension: number, length: number, whole: number): void => {
    if (length === whole) return;
    const line = padded.slice(dimension + 1).reduce((product, n) => product * n, 1);
    const count = at(padded, dimension) / length;
    padded = padded.map((n, i) => (i === dimension ? count * whole : n));
    runs.push({ length: length * line, stored: whole * line });
  };
  const rank = RANKS.find((each) => each.name.test(name))?.dimension;
  if (rank !== undefined) pad(rank, at(shape, rank), 4 * Math.ceil(at(shape, rank) / 4));
  const heads = HEADS.find((each) => each.name.test(name))?.dimension;
  if (heads !== undefined) pad(heads, headDim / 2, stored / 2);
  return { shape: padded, runs };
}

/** Inserts the zeros. */
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

/** Removes the zeros. */
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
