/** Models, workloads and measurements of the comparison. */
import { sum } from "../../src/math/stats.ts";

/** A measured model: an embedded model, or a published model's shape with random weights. */
export type ModelName = "abacus-0.1M" | "abacus-0.2M" | "abacus-0.5M" | "SmolLM2-135M shape";

export type Kind = "decode" | "train" | "ttrl";

/** One measurement on `rows` rows of `tokens` tokens. */
export interface Workload {
  readonly model: ModelName;
  readonly kind: Kind;
  readonly rows: number;
  /** Tokens decoded or trained on per row. */
  readonly tokens: number;
}

/** A training row; the loss covers all tokens after the first `PROMPT`. */
export interface Row {
  readonly tokens: Int32Array;
  readonly advantage: number;
  readonly oldLogprobs: Float32Array;
}

/** A sampled response. */
export interface Sampled {
  readonly tokens: Int32Array;
  /** Logprob of each token in nats; null if the contender does not return it. */
  readonly logprobs: Float32Array | null;
}

/** Prompt length in tokens, in every workload. */
export const PROMPT = 32;

/** Hyperparameters of the clipped policy loss and of AdamW, the same for every contender. */
export const CLIP = 0.2;
export const LOSS = {
  temperature: 1,
  clipLow: CLIP,
  clipHigh: CLIP,
  dualClip: Infinity,
  klCoefficient: 0,
  klEstimator: "k3",
  entropyCoefficient: 0,
} as const;
export const STEP = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0, gradientClip: 1 };

/** Results that must agree between contenders that run the same weights. */
export interface Check {
  /** Greedy tokens after the prompt. */
  readonly greedy: readonly number[];
  /** Their logprobs; null if the contender does not return them. */
  readonly logprobs: readonly number[] | null;
  /** Loss of a small batch before and after a training step on it; null if the contender does not train. */
  readonly losses: readonly [number, number] | null;
}

/** A measured part of a workload. */
export interface Part {
  readonly rows: number;
  readonly tokens: number;
  /** Median of the repeats. */
  readonly seconds: number;
  readonly repeats: number;
}

export interface Measurement {
  readonly workload: Workload;
  /** Parameters in matrix products, by `matrixParameters`. */
  readonly parameters: number;
  /** From small to large; the last is the whole workload if the time budget allowed it. */
  readonly parts: readonly Part[];
}

/** Tokens of a micro-batch: the product's default. */
export const MICRO_BATCH_TOKENS = 4096;

/** Returns the prompt of all workloads. */
export function promptOf(vocabulary: number): Int32Array {
  return Int32Array.from({ length: PROMPT }, (_, i) => (7 * i + 3) % vocabulary);
}

/** Returns training rows of `tokens` + 1 tokens, the last of which predicts nothing. */
export function trainingRows(vocabulary: number, rows: number, tokens: number): Row[] {
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from({ length: tokens + 1 }, (_, i) => (5 * i + 11 * row + i * i * row) % vocabulary),
    advantage: row % 2 === 0 ? 1 : -0.5,
    oldLogprobs: new Float32Array(tokens + 1 - PROMPT).fill(-6),
  }));
}

/** Returns sampled responses as training rows; those that end in an even token get the positive advantage. */
export function rollouts(prompt: Int32Array, responses: readonly Sampled[], count: number): Row[] {
  return responses.slice(0, count).map(({ tokens, logprobs }) => {
    const row = new Int32Array(prompt.length + tokens.length);
    row.set(prompt);
    row.set(tokens, prompt.length);
    const oldLogprobs = logprobs ?? new Float32Array(tokens.length);
    return { tokens: row, advantage: (tokens.at(-1) ?? 0) % 2 === 0 ? 1 : -1, oldLogprobs };
  });
}

/** Returns the number of scored tokens, by which the loss is divided. */
export function scoredTokens(rows: readonly Row[]): number {
  return sum(rows.map(({ tokens }) => tokens.length - PROMPT));
}
