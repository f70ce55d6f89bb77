/** What is measured: models, workloads, and the numbers that a contender is given and gives back. */

/** A decoder to measure with: an embedded model, or a published model's shape with random weights. */
export type ModelName = "abacus-0.1M" | "abacus-0.2M" | "abacus-0.5M" | "SmolLM2-135M shape";

export type Kind = "decode" | "train" | "ttrl";

/** One measurement: `rows` of `tokens`. */
export interface Workload {
  readonly model: ModelName;
  readonly kind: Kind;
  readonly rows: number;
  /** Tokens decoded, or tokens of a row trained on. */
  readonly tokens: number;
}

/** A row to train on; its first `PROMPT` tokens are given, the others count in the loss. */
export interface Row {
  readonly tokens: Int32Array;
  readonly advantage: number;
  readonly oldLogprobs: Float32Array;
}

/** A sampled response. */
export interface Sampled {
  readonly tokens: Int32Array;
  /** Nats, each token's; null where the contender does not tell. */
  readonly logprobs: Float32Array | null;
}

/** Tokens of the prompt, in every workload. */
export const PROMPT = 32;

/** Constants of the clipped policy loss and of AdamW that every contender trains with. */
export const CLIP = 0.2;
export const STEP = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0, gradientClip: 1 };

/** What a contender computes for the comparison with the others: the same for all that run the same weights. */
export interface Check {
  /** Most probable tokens after the prompt. */
  readonly greedy: readonly number[];
  /** Their logprobs; null where the contender does not tell. */
  readonly logprobs: readonly number[] | null;
  /** The loss of a small batch before and after a training step on it; null where it does not train. */
  readonly losses: readonly [number, number] | null;
}

/** A part of a workload as it was run. */
export interface Part {
  readonly rows: number;
  readonly tokens: number;
  /** Median of the repeats. */
  readonly seconds: number;
  readonly repeats: number;
}

export interface Measurement {
  readonly workload: Workload;
  /** From small to large; the last is all of the workload where the budget allowed it. */
  readonly parts: readonly Part[];
}

/** The prompt of all workloads. */
export function promptOf(vocabulary: number): Int32Array {
  return Int32Array.from({ length: PROMPT }, (_, i) => (7 * i + 3) % vocabulary);
}

/** Rows of `tokens` to train on, and one more that nothing is predicted from. */
export function trainingRows(vocabulary: number, rows: number, tokens: number): Row[] {
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from({ length: tokens + 1 }, (_, i) => (5 * i + 11 * row + i * i * row) % vocabulary),
    advantage: row % 2 === 0 ? 1 : -0.5,
    oldLogprobs: new Float32Array(tokens + 1 - PROMPT).fill(-6),
  }));
}

/** Sampled responses as rows to train on: those that end in an even token are taken as right. */
export function rollouts(prompt: Int32Array, responses: readonly Sampled[], count: number): Row[] {
  return responses.slice(0, count).map(({ tokens, logprobs }) => {
    const row = new Int32Array(prompt.length + tokens.length);
    row.set(prompt);
    row.set(tokens, prompt.length);
    const oldLogprobs = logprobs ?? new Float32Array(tokens.length);
    return { tokens: row, advantage: (tokens.at(-1) ?? 0) % 2 === 0 ? 1 : -1, oldLogprobs };
  });
}
