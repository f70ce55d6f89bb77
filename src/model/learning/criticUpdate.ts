/** One critic update on any backend: rollouts -> micro-batches -> one optimizer step -> statistics. */
import { at } from "../../math/at.ts";
import type { TrainingRow, ValueTargets } from "../../webgpu/training/trainingBatch.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../../rl/contracts/critic.ts";
import type { OnProgress } from "../../rl/contracts/policy.ts";
import { createYield } from "./eventLoopYield.ts";
import { microBatches } from "./microBatches.ts";
import { rolloutTexts } from "./rolloutRows.ts";
import type { Tokenizer } from "../language/tokenizer.ts";

/** A training row with value targets. */
export interface ValuedRow extends TrainingRow {
  readonly values: ValueTargets;
}

/** Accumulates gradients and takes optimizer steps on some backend. */
export interface CriticLearner {
  /** Maximum tokens of a micro-batch. */
  readonly microBatchTokens: number;
  /** Adds the gradient of a micro-batch's value loss; returns the loss and the values of its scored tokens in row order. */
  accumulate(
    rows: readonly ValuedRow[],
    options: CriticOptions,
  ): Promise<{ readonly loss: number; readonly values: Float32Array }>;
  /** Takes one step on the accumulated gradients and clears them; returns their global norm. */
  step(options: CriticOptions): Promise<number>;
  /** Clears the accumulated gradients. */
  clearGradients(): void;
}

/** Updates a critic on the rollouts. If aborted or failed, the critic is unchanged. */
export async function updateCritic(
  learner: CriticLearner,
  tokenizer: Tokenizer,
  rollouts: readonly ValuedRollout[],
  options: CriticOptions,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<CriticStats> {
  const rows = layOut(tokenizer, rollouts);
  const pause = createYield(signal);
  const values: number[] = [];
  let loss = 0;
  let done = 0;
  try {
    for (const batch of microBatches(rows, ({ tokens }) => tokens.length, learner.microBatchTokens)) {
      const found = await learner.accumulate(batch, options);
      loss += found.loss;
      for (const value of found.values) values.push(value);
      done += batch.length;
      onProgress?.(done, rows.length);
      await pause();
    }
  } catch (error) {
    learner.clearGradients();
    throw error;
  }
  const gradientNorm = await learner.step(options);
  const clipped = clipFraction(values, rows, options.valueClip);
  return { loss, gradientNorm, clipFraction: clipped, tokens: values.length };
}

function layOut(tokenizer: Tokenizer, rollouts: readonly ValuedRollout[]): ValuedRow[] {
  const texts = rolloutTexts(tokenizer, rollouts);
  return rollouts.map(({ response, returns, oldValues: old, weight }, i) => {
    const weights = new Float32Array(response.tokens.length).fill(weight);
    const values = { old, returns, weights };
    const policy = { advantages: [], weights: [], oldLogprobs: [], referenceLogprobs: null };
    return { ...at(texts, i), ...policy, values };
  });
}

/** Concatenates one value target of all rows: [K], K scored tokens. */
export function valueColumn(
  rows: readonly Pick<ValuedRow, "values">[],
  name: keyof ValueTargets,
): Float32Array {
  return Float32Array.from(rows.flatMap(({ values }) => Array.from(values[name])));
}

/** Returns the fraction of values [K] for which the clipped value loss exceeds the unclipped one. */
export function clipFraction(
  values: readonly number[],
  rows: readonly Pick<ValuedRow, "values">[],
  valueClip: number,
): number {
  const [old, returns] = [valueColumn(rows, "old"), valueColumn(rows, "returns")];
  const clipped = values.filter((value, i) => {
    const [before, target] = [at(old, i), at(returns, i)];
    const bounded = Math.min(Math.max(value, before - valueClip), before + valueClip);
    return (bounded - target) ** 2 > (value - target) ** 2;
  });
  return clipped.length / values.length;
}
