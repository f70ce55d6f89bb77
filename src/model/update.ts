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
  /** Before the update. */
  readonly logprobs: Float32Array;
  /** Under the initial model; null when none is kept. */
  readonly referenceLogprobs: Float32Array | null;
}

/** Sums gradients and steps. */
export interface Learner {
  /** Adds the gradient of the policy loss of some rows. */
  accumulate(rows: readonly TrainingRow[], options: UpdateOptions): Promise<Accumulated>;
  /** One step on the summed gradients, which are then forgotten; returns their norm. */
  step(options: UpdateOptions): Promise<number>;
  /** Drops the gradients summed so far. */
  forget(): void;
}

/** Sums over tokens, and the largest gap between sampled and trained logprobs. */
interface Sums {
  readonly loss: number;
  readonly clipped: number;
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
  const { loss, clipped, kl, gap } = await sumUp(learner, rows, options, createBreath(signal), onProgress);
  const gradientNorm = await learner.step(options);
  const tokens = rollouts.reduce((total, { response }) => total + response.tokens.length, 0);
  const perToken = { clipFraction: clipped / tokens, kl: kl === null ? null : kl / tokens };
  return { loss, gradientNorm, ...perToken, tokens, logprobGap: gap };
}

function layOutRollouts(tokenizer: Tokenizer, rollouts: readonly Rollout[]): TrainingRow[] {
  const prompts = new Map<string, Int32Array>(); // rollouts of a group share theirs
  return rollouts.map(({ prompt: text, response, advantage }) => {
    const prompt = prompts.get(text) ?? tokenizer.encodePrompt(text);
    prompts.set(text, prompt);
    const tokens = new Int32Array(prompt.length + response.tokens.length);
    tokens.set(prompt);
    tokens.set(response.tokens, prompt.length);
    return {
      tokens,
      first: prompt.length,
      advantages: new Float32Array(response.tokens.length).fill(advantage),
      oldLogprobs: response.logprobs,
      referenceLogprobs: null,
    };
  });
}

async function sumUp(
  learner: Learner,
  rows: readonly TrainingRow[],
  options: UpdateOptions,
  breathe: () => Promise<void>,
  onProgress?: OnProgress,
): Promise<Sums> {
  let sums: Sums = { loss: 0, clipped: 0, kl: null, gap: 0 };
  let done = 0;
  try {
    for (const batch of microBatches(rows, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
      sums = added(sums, batch, await learner.accumulate(batch, options), options.clipRange);
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
  { loss, clipped, kl, gap }: Sums,
  rows: readonly TrainingRow[],
  { loss: batchLoss, logprobs, referenceLogprobs }: Accumulated,
  clipRange: number,
): Sums {
  const oldLogprobs = column(rows, "oldLogprobs");
  const advantages = column(rows, "advantages");
  for (const [i, logprob] of logprobs.entries()) {
    const difference = logprob - (oldLogprobs[i] ?? Number.NaN);
    const ratio = Math.exp(difference);
    const advantage = advantages[i] ?? Number.NaN;
    gap = Math.max(gap, Math.abs(difference));
    if ((advantage > 0 && ratio > 1 + clipRange) || (advantage < 0 && ratio < 1 - clipRange)) clipped += 1;
  }
  if (referenceLogprobs !== null) kl = (kl ?? 0) + summedK3(logprobs, referenceLogprobs);
  return { loss: loss + batchLoss, clipped, kl, gap };
}

/** k3 = exp(d) - d - 1 with d = reference logprob - logprob: estimates KL (Schulman), never negative. */
function summedK3(logprobs: Float32Array, referenceLogprobs: Float32Array): number {
  return logprobs.reduce((sum, logprob, i) => {
    const d = (referenceLogprobs[i] ?? Number.NaN) - logprob;
    return sum + Math.exp(d) - d - 1;
  }, 0);
}

/** One number for each scored token of all rows. */
export function column(rows: readonly TrainingRow[], name: "advantages" | "oldLogprobs"): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row[name])));
}
