/** One update of a critic, whatever computes it: rollouts -> micro-batches -> one optimizer step -> what it did. */
import type { TrainingRow, ValueTargets } from "../../webgpu/training/trainingBatch.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../../rl/contracts/critic.ts";
import type { OnProgress } from "../../rl/contracts/policy.ts";
import { createYield } from "./eventLoopYield.ts";
import { microBatches } from "./microBatches.ts";
import { rolloutTexts } from "./rolloutRows.ts";
import type { Tokenizer } from "../language/tokenizer.ts";

/** A row that has a loss of values alone. */
export interface ValuedRow extends TrainingRow {
  readonly values: ValueTargets;
}

/** Sums gradients and steps. */
export interface CriticLearner {
  /** Tokens of the rows that are given to it together. */
  readonly microBatchTokens: number;
  /** Adds the gradient of the value loss of some rows; returns that loss and the values, token after token. */
  accumulate(
    rows: readonly ValuedRow[],
    options: CriticOptions,
  ): Promise<{ readonly loss: number; readonly values: Float32Array }>;
  /** One step on the summed gradients, which are then forgotten; returns their norm. */
  step(options: CriticOptions): Promise<number>;
  /** Drops the gradients summed so far. */
  clearGradients(): void;
}

/** Updates on the rollouts; when it is aborted or fails, nothing of it remains. */
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
  return rollouts.flatMap(({ response, returns, oldValues: old, weight }, i) => {
    const weights = new Float32Array(response.tokens.length).fill(weight);
    const values = { old, returns, weights };
    const policy = { advantages: [], weights: [], oldLogprobs: [], referenceLogprobs: null };
    return texts.slice(i, i + 1).map((text) => ({ ...text, ...policy, values }));
  });
}

/** One number for each scored token of all rows. */
export function valueColumn(
  rows: readonly Pick<ValuedRow, "values">[],
  name: keyof ValueTargets,
): Float32Array {
  return Float32Array.from(rows.flatMap(({ values }) => Array.from(values[name])));
}

/** Share of the values that clipping makes the loss of larger. */
export function clipFraction(
  values: readonly number[],
  rows: readonly Pick<ValuedRow, "values">[],
  valueClip: number,
): number {
  const [old, returns] = [valueColumn(rows, "old"), valueColumn(rows, "returns")];
  const clipped = values.filter((value, i) => {
    const [before, goal] = [old[i] ?? Number.NaN, returns[i] ?? Number.NaN];
    const moved = Math.min(Math.max(value, before - valueClip), before + valueClip);
    return (moved - goal) ** 2 > (value - goal) ** 2;
  });
  return clipped.length / values.length;
}
