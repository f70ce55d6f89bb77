/** One update of a policy, whatever computes it: rollouts -> micro-batches -> one optimizer step -> what it did. */
import type { OnProgress, UpdateOptions, UpdateStats } from "../../rl/contracts/policy.ts";
import type { Rollout } from "../../rl/contracts/types.ts";
import { createYield } from "./eventLoopYield.ts";
import { microBatches } from "./microBatches.ts";
import { layOutRollouts, mergeEqualRows, type WeightedRow } from "./rolloutRows.ts";
import type { Tokenizer } from "../language/tokenizer.ts";
import { added, NO_SUMS, type Accumulated, type Sums } from "./updateSums.ts";

/** Sums gradients and steps. */
export interface Learner {
  /** Tokens of the rows that are given to it together. */
  readonly microBatchTokens: number;
  /** Adds the gradient of the policy loss of some rows. */
  accumulate(rows: readonly WeightedRow[], options: UpdateOptions): Promise<Accumulated>;
  /** One step on the summed gradients, which are then forgotten; returns their norm. */
  step(options: UpdateOptions): Promise<number>;
  /** Drops the gradients summed so far. */
  clearGradients(): void;
}

/** Updates on the rollouts; when it is aborted or fails, nothing of it remains. */
export async function update(
  learner: Learner,
  tokenizer: Tokenizer,
  rollouts: readonly Rollout[],
  options: UpdateOptions,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<UpdateStats> {
  const rows = mergeEqualRows(layOutRollouts(tokenizer, rollouts));
  const sums = await sumUp(learner, rows, options, createYield(signal), onProgress);
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

async function sumUp(
  learner: Learner,
  rows: readonly WeightedRow[],
  options: UpdateOptions,
  pause: () => Promise<void>,
  onProgress?: OnProgress,
): Promise<Sums> {
  let sums = NO_SUMS;
  let done = 0;
  try {
    for (const batch of microBatches(rows, ({ tokens }) => tokens.length, learner.microBatchTokens)) {
      sums = added(sums, batch, await learner.accumulate(batch, options), options);
      done += batch.length;
      onProgress?.(done, rows.length);
      await pause();
    }
  } catch (error) {
    learner.clearGradients();
    throw error;
  }
  return sums;
}
