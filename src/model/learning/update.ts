/** One policy update on any backend: rollouts -> micro-batches -> one optimizer step -> statistics. */
import type { OnProgress, UpdateOptions, UpdateStats } from "../../rl/contracts/policy.ts";
import type { Rollout } from "../../rl/contracts/types.ts";
import { accumulateAll, type GradientLearner } from "./microBatches.ts";
import { layOutRollouts, mergeEqualRows, type WeightedRow } from "./rolloutRows.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { addMicroBatch, NO_SUMS, type Accumulated } from "./updateSums.ts";

export type Learner = GradientLearner<WeightedRow, UpdateOptions, Accumulated>;

/** Updates a policy on the rollouts. If aborted or failed, the policy is unchanged. */
export async function update(
  learner: Learner,
  model: LanguageModel,
  rollouts: readonly Rollout[],
  options: UpdateOptions,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<UpdateStats> {
  const rows = mergeEqualRows(layOutRollouts(model, rollouts));
  let sums = NO_SUMS;
  const add = (result: Accumulated, batch: readonly WeightedRow[]): void => {
    sums = addMicroBatch(sums, batch, result, options);
  };
  await accumulateAll(learner, rows, options, add, signal, onProgress);
  const gradientNorm = await learner.step(options);
  const tokens = rollouts.reduce((total, { response }) => total + response.tokens.length, 0);
  return {
    loss: sums.loss,
    gradientNorm,
    clipFraction: sums.clipped / tokens,
    clipFractionLow: sums.clippedLow / tokens,
    entropy: sums.entropy / tokens,
    oldKl: sums.oldKl / tokens,
    kl: sums.kl === null ? null : sums.kl / tokens,
    tokens,
    logprobGap: sums.gap,
  };
}
