import type { RopeTable } from "../rotate/rotate.ts";
import type * as tf from "../tf.ts";

/** Weights of one layer; matrices are [out, in] as in Hugging Face's files. */
export interface LayerWeights {
  readonly inputNorm: tf.Tensor;
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
  /** Biases of queries, keys and values, if the model has them. */
  readonly biases?: readonly [query: tf.Tensor, key: tf.Tensor, value: tf.Tensor];
  /** Norm weights of each head of queries and keys [headDim], if the model has them. */
  readonly headNorms?: readonly [query: tf.Tensor, key: tf.Tensor];
  readonly output: tf.Tensor;
  readonly postNorm: tf.Tensor;
  readonly gate: tf.Tensor;
  readonly up: tf.Tensor;
  readonly down: tf.Tensor;
}

/** Weights of a Llama-style decoder. */
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
  /** Returns the weights of each layer. Matrices may be disposed once packed; vectors must stay. */
  readonly layers: readonly (() => LayerWeights)[];
}

/** Rows to decode and the prompts they continue. */
export interface DecodeBatch {
  /** Keys and values of the prompts in each layer, packed [Mp, Hkv*hd]. */
  readonly prefix: readonly { readonly keys: tf.Tensor; readonly values: tf.Tensor }[];
  /** [G + 1] */
  readonly prefixStarts: Int32Array;
  /** Prompt of each row: [rows] */
  readonly groupOf: Int32Array;
  readonly endTokens: readonly number[];
  /** 0 is greedy decoding. */
  readonly temperature: number;
  readonly topP: number;
  /** Maximum tokens of a response. */
  readonly maxTokens: number;
}

/** A decoded row. */
export interface DecodedRow {
  readonly tokens: Int32Array;
  /** Nats, under softmax(logits / temperature) before top-p; at temperature 0 under softmax(logits). */
  readonly logprobs: Float32Array;
  /** Entropy of the same distributions in nats, summed over the tokens. */
  readonly entropy: number;
}
