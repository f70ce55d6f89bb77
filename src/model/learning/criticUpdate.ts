/** One critic update on any backend: rollouts -> micro-batches -> one optimizer step -> statistics. */
import { at } from "../../math/at.ts";
import type { TrainingRow, ValueTargets } from "../../webgpu/training/trainingBatch.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../../rl/contracts/critic.ts";
import type { OnProgress } from "../../rl/contracts/policy.ts";
import { accumulateAll, type GradientLearner } from "./microBatches.ts";
import { rolloutTexts } from "./rolloutRows.ts";
import type { LanguageModel } from "../language/languageModel.ts";

/** A training row with value targets. */
export interface ValuedRow extends TrainingRow {
  readonly values: ValueTargets;
}

/** A micro-batch's loss, and the values of its scored tokens in row order. */
interface ValuedBatch {
  readonly loss: number;
  readonly values: Float32Array;
}

export type CriticLearner = GradientLearner<ValuedRow, CriticOptions, ValuedBatch>;

/** Updates a critic on the rollouts. If aborted or failed, the critic is unchanged. */
export async function updateCritic(
  learner: CriticLearner,
  model: LanguageModel,
  rollouts: readonly ValuedRollout[],
  options: CriticOptions,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<CriticStats> {
  const rows = layOut(model, rollouts);
  const values: number[] = [];
  let loss = 0;
  const add = (found: ValuedBatch): void => {
    loss += found.loss;
    for (const value of found.values) values.push(value);
  };
  await accumulateAll(learner, rows, options, add, signal, onProgress);
  const gradientNorm = await learner.step(options);
  const clipped = clipFraction(values, rows, options.valueClip);
  return { loss, gradientNorm, clipFraction: clipped, tokens: values.length };
}

function layOut(model: LanguageModel, rollouts: readonly ValuedRollout[]): ValuedRow[] {
  const texts = rolloutTexts(model, rollouts);
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
