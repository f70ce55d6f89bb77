/** One update of a policy, whatever computes it: rollouts -> micro-batches -> one optimizer step -> what it did. */
import type { TrainingRow } from "../engine/trainingBatch.ts";
import type { OnProgress, UpdateOptions, UpdateStats } from "../rl/policy.ts";
import type { Rollout } from "../rl/types.ts";
import { createBreath } from "./breath.ts";
import { microBatches } from "./microBatches.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Tokens trained on together: bounds the memory of the backward pass. */
const TOKENS_PER_MICRO_BATCH = 4096;

/** What a micro-batch gave; arrays have one entry for each of its scored tokens, in the rows' order. */
export interface Accumulated {
  readonly loss: number;
  /** Before the update, as all of these. */
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Under the initial model; null when none is kept. */
  readonly referenceLogprobs: Float32Array | null;
}

/** A row whose tokens' shares in the loss are told. */
export interface WeightedRow extends TrainingRow {
  readonly weights: ArrayLike<number>;
}

/** Sums gradients and steps. */
export interface Learner {
  /** Adds the gradient of the policy loss of some rows. */
  accumulate(rows: readonly WeightedRow[], options: UpdateOptions): Promise<Accumulated>;
  /** One step on the summed gradients, which are then forgotten; returns their norm. */
  step(options: UpdateOptions): Promise<number>;
  /** Drops the gradients summed so far. */
  forget(): void;
}

/** Sums over tokens, and the largest gap between sampled and trained logprobs. */
interface Sums {
  readonly loss: number;
  readonly clipped: number;
  readonly clippedLow: number;
  readonly entropy: number;
  /** Summed k3; null without an initial model. */
  readonly kl: number | null;
  readonly gap: number;
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
  const rows = layOutRollouts(tokenizer, rollouts);
  const sums = await sumUp(learner, rows, options, createBreath(signal), onProgress);
  const gradientNorm = await learner.step(options);
  const tokens = rollouts.reduce((total, { response }) => total + response.tokens.length, 0);
  return {
    loss: sums.loss,
    gradientNorm,
    clipFraction: sums.clipped / tokens,
    clipFractionLow: sums.clippedLow / tokens,
    entropy: sums.entropy / tokens,
    kl: sums.kl === null ? null : sums.kl / tokens,
    tokens,
    logprobGap: sums.gap,
  };
}

function layOutRollouts(tokenizer: Tokenizer, rollouts: readonly Rollout[]): WeightedRow[] {
  const prompts = new Map<string, Int32Array>(); // rollouts of a group share theirs
  return rollouts.map(({ prompt: text, response, advantages, weight }) => {
    const prompt = prompts.get(text) ?? tokenizer.encodePrompt(text);
    prompts.set(text, prompt);
    const tokens = new Int32Array(prompt.length + response.tokens.length);
    tokens.set(prompt);
    tokens.set(response.tokens, prompt.length);
    return {
      tokens,
      first: prompt.length,
      advantages,
      weights: new Float32Array(response.tokens.length).fill(weight),
      oldLogprobs: response.logprobs,
      referenceLogprobs: null,
    };
  });
}

async function sumUp(
  learner: Learner,
  rows: readonly WeightedRow[],
  options: UpdateOptions,
  breathe: () => Promise<void>,
  onProgress?: OnProgress,
): Promise<Sums> {
  let sums: Sums = { loss: 0, clipped: 0, clippedLow: 0, entropy: 0, kl: null, gap: 0 };
  let done = 0;
  try {
    for (const batch of microBatches(rows, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
      sums = added(sums, batch, await learner.accumulate(batch, options), options);
      done += batch.length;
      onProgress?.(done, rows.length);
      await breathe();
    }
  } catch (error) {
    learner.forget();
    throw error;
  }
  return sums;
}

function added(
  { loss, clipped, clippedLow, entropy, kl, gap }: Sums,
  rows: readonly WeightedRow[],
  { loss: batchLoss, logprobs, entropies, referenceLogprobs }: Accumulated,
  { clipLow, clipHigh, dualClip }: UpdateOptions,
): Sums {
  const oldLogprobs = column(rows, "oldLogprobs");
  const advantages = column(rows, "advantages");
  for (const [i, logprob] of logprobs.entries()) {
    const difference = logprob - (oldLogprobs[i] ?? Number.NaN);
    const ratio = Math.exp(difference);
    const advantage = advantages[i] ?? Number.NaN;
    gap = Math.max(gap, Math.abs(difference));
    if ((advantage > 0 && ratio > 1 + clipHigh) || (advantage < 0 && ratio < 1 - clipLow)) clipped += 1;
    if (advantage < 0 && ratio > dualClip) clippedLow += 1;
    entropy += entropies[i] ?? Number.NaN;
  }
  if (referenceLogprobs !== null) kl = (kl ?? 0) + summedK3(logprobs, referenceLogprobs);
  return { loss: loss + batchLoss, clipped, clippedLow, entropy, kl, gap };
}

/** k3 = exp(d) - d - 1 with d = reference logprob - logprob: estimates KL (Schulman), never negative. */
function summedK3(logprobs: Float32Array, referenceLogprobs: Float32Array): number {
  return logprobs.reduce((sum, logprob, i) => {
    const d = (referenceLogprobs[i] ?? Number.NaN) - logprob;
    return sum + Math.exp(d) - d - 1;
  }, 0);
}

/** One number for each scored token of all rows. */
export function column(
  rows: readonly WeightedRow[],
  name: "advantages" | "weights" | "oldLogprobs",
): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row[name])));
}
