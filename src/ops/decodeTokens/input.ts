import type { RopeTable } from "../rotate/ropeTable.ts";
import type * as tf from "../tf.ts";

/** Weights of one layer; matrices are [out, in] as in Hugging Face's files. */
export interface LayerWeights {
  readonly inputNorm: tf.Tensor;
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
  /** Of queries, keys and values, where the model has them. */
  readonly biases?: readonly [query: tf.Tensor, key: tf.Tensor, value: tf.Tensor];
  /** Of each head of queries and keys, where the model has them: [headDim]. */
  readonly headNorms?: readonly [query: tf.Tensor, key: tf.Tensor];
  readonly output: tf.Tensor;
  readonly postNorm: tf.Tensor;
  readonly gate: tf.Tensor;
  readonly up: tf.Tensor;
  readonly down: tf.Tensor;
}

/** A Llama-style decoder, as decoding needs it. */
export interface DecoderWeights {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly hiddenWidth: number;
  readonly normEpsilon: number;
  /** [V, D] */
  readonly embedding: tf.Tensor;
  /** [V, D]; may be the embedding. */
  readonly head: tf.Tensor;
  readonly finalNorm: tf.Tensor;
  readonly rope: RopeTable;
  /** Each layer's weights, when they are asked for: matrices may go once they are packed, vectors must stay. */
  readonly layers: readonly (() => LayerWeights)[];
}

/** The rows to decode, and what they continue. */
export interface DecodeBatch {
  /** Keys and values of the prompts' tokens, packed [Mp, Hkv*hd], of each layer. */
  readonly prefix: readonly { readonly keys: tf.Tensor; readonly values: tf.Tensor }[];
  /** [G + 1] */
  readonly prefixStarts: Int32Array;
  /** Which prompt each row continues: [rows] */
  readonly groupOf: Int32Array;
  readonly endTokens: readonly number[];
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** Longest response. */
  readonly maxTokens: number;
}

/** A decoded row. */
export interface DecodedRow {
  readonly tokens: Int32Array;
  /** Nats, under softmax(logits / temperature) before top-p; at temperature 0 under softmax(logits). */
  readonly logprobs: Float32Array;
  /** Of the same distribution, summed over the tokens. */
  readonly entropy: number;
}
