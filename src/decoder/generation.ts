/** What is asked of sampling and what comes of it, on the recorded graph and on stock operations alike. */

/** A row to decode: which prompt of the batch it continues, and its own stream of random numbers. */
export interface RowRequest {
  readonly prompt: number;
  readonly seed: number;
  readonly stream: number;
}

/** How rows are drawn; see `Sampling` of the method. */
export interface Decoding {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
}

/** A finished row. */
export interface Generated {
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
  /** Mean over its tokens, nats. */
  readonly entropy: number;
  readonly finished: boolean;
}
