import type { Rotary } from "../math/rotary.ts";

/** Sizes and options of a decoder that its computation depends on. */
export interface DecoderShape extends Rotary {
  /** D */
  readonly width: number;
  readonly layers: number;
  /** H */
  readonly heads: number;
  /** Hkv; `heads` is a multiple of it. */
  readonly kvHeads: number;
  /** hd, the head dimension; WebGPU kernels pad it to `storedHeadDim`. */
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
  /** The output projection of attention has a bias (Llama with `attention_bias`). */
  readonly outputBias: boolean;
  /** The three projections of the MLP have a bias (Llama with `mlp_bias`). */
  readonly mlpBias: boolean;
  /** RMSNorm of each head of queries and keys before the rotary embedding (Qwen3). */
  readonly qkNorm: boolean;
  readonly eosTokens: readonly number[];
}

/** Maximum end-of-sequence tokens of the sampling kernel. */
const MAX_EOS_TOKENS = 8;

/** Returns why recorded graphs cannot run a decoder, or null. TensorFlow.js' operations run every decoder. */
export function unsupported(shape: DecoderShape): string | null {
  const { width, headDim, hiddenWidth, eosTokens } = shape;
  if (shape.outputBias || shape.mlpBias) return "biases of the output projection or the MLP";
  if (width % 4 !== 0) return `hidden_size ${width} is no multiple of 4`;
  if (headDim % 2 !== 0) return `head_dim ${headDim} is odd`;
  if (hiddenWidth % 4 !== 0) return `intermediate_size ${hiddenWidth} is no multiple of 4`;
  if (eosTokens.length > MAX_EOS_TOKENS) return `${eosTokens.length} end-of-sequence tokens are too many`;
  return null;
}
