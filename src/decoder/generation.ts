/** Requests and results of sampling, on recorded graphs and on TensorFlow.js' operations. */

/** A row to decode: the index of its prompt in the batch, and its random stream. */
export interface RowRequest {
  readonly prompt: number;
  readonly seed: number;
  readonly stream: number;
}

/** Sampling parameters of the rows. */
export interface Decoding {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
}

/** A finished row. */
export interface Generated {
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
  /** Mean entropy over its tokens, in nats. */
  readonly entropy: number;
  readonly finished: boolean;
}
