/** One policy update on any backend: rollouts -> micro-batches -> one optimizer step -> statistics. */
import type { OnProgress, UpdateOptions, UpdateStats } from "../../rl/contracts/policy.ts";
import type { Rollout } from "../../rl/contracts/types.ts";
import { createYield } from "./eventLoopYield.ts";
import { microBatches } from "./microBatches.ts";
import { layOutRollouts, mergeEqualRows, type WeightedRow } from "./rolloutRows.ts";
import type { Tokenizer } from "../language/tokenizer.ts";
import { addMicroBatch, NO_SUMS, type Accumulated, type Sums } from "./updateSums.ts";

/** Accumulates gradients and takes optimizer steps on some backend. */
export interface Learner {
  /** Maximum tokens of a micro-batch. */
  readonly microBatchTokens: number;
  /** Adds the gradient of a micro-batch's policy loss. */
  accumulate(rows: readonly WeightedRow[], options: UpdateOptions): Promise<Accumulated>;
  /** Takes one step on the accumulated gradients and clears them; returns their global norm. */
  step(options: UpdateOptions): Promise<number>;
  /** Clears the accumulated gradients. */
  clearGradients(): void;
}

/** Updates a policy on the rollouts. If aborted or failed, the policy is unchanged. */
export async function update(
  learner: Learner,
  tokenizer: Tokenizer,
  rollouts: readonly Rollout[],
  options: UpdateOptions,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<UpdateStats> {
  const rows = mergeEqualRows(layOutRollouts(tokenizer, rollouts));
  const sums = await accumulateAll(learner, rows, options, createYield(signal), onProgress);
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

async function accumulateAll(
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
      sums = addMicroBatch(sums, batch, await learner.accumulate(batch, options), options);
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
