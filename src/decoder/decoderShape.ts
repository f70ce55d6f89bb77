import type { Rotary } from "../math/rotary.ts";

/** The sizes and switches of a decoder that its computation depends on. */
export interface DecoderShape extends Rotary {
  /** D */
  readonly width: number;
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** Hkv; `heads` is a multiple of it. */
  readonly kvHeads: number;
  /** Numbers of a head; the kernels keep `storedHeadDim` of them. */
  readonly headDim: number;
  /** F, the width of the SwiGLU. */
  readonly hiddenWidth: number;
  /** V */
  readonly vocabulary: number;
  readonly maxPositions: number;
  readonly normEpsilon: number;
  /** Output head shares the embedding matrix. */
  readonly tied: boolean;
  /** Query, key and value projections have a bias (Qwen2). */
  readonly qkvBias: boolean;
  /** Each head of queries and keys is normed before it turns (Qwen3). */
  readonly qkNorm: boolean;
  readonly eosTokens: readonly number[];
}

/** End-of-sequence tokens that the sampling kernel has room for. */
const MAX_EOS_TOKENS = 8;

/** Why the graphs cannot run a decoder, or null when they can. The reference path runs all of them. */
export function unsupported(shape: DecoderShape): string | null {
  const { width, headDim, hiddenWidth, eosTokens } = shape;
  if (width % 4 !== 0) return `hidden_size ${width} is no multiple of 4`;
  if (headDim % 2 !== 0) return `head_dim ${headDim} is odd`;
  if (hiddenWidth % 4 !== 0) return `intermediate_size ${hiddenWidth} is no multiple of 4`;
  if (eosTokens.length > MAX_EOS_TOKENS) return `${eosTokens.length} end-of-sequence tokens are too many`;
  return null;
}
