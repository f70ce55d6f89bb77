/** Update statistics, summed over tokens. */
import { at } from "../../math/at.ts";
import type { UpdateOptions } from "../../rl/contracts/policy.ts";
import { column, type WeightedRow } from "./rolloutRows.ts";

/** Result of a micro-batch, computed before the update; arrays are [K], K scored tokens in row order. */
export interface Accumulated {
  readonly loss: number;
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Under the reference model; null without one. */
  readonly referenceLogprobs: Float32Array | null;
}

/** Sums over tokens, in rollouts: a merged row counts as often as it occurs. */
export interface Sums {
  readonly loss: number;
  /** Tokens whose ratio is clipped. */
  readonly clipped: number;
  /** Tokens at the dual-clip bound. */
  readonly clippedLow: number;
  readonly entropy: number;
  /** Sum of (sampler logprob - trainer logprob), the k1 estimate of KL(sampler || trainer). */
  readonly oldKl: number;
  /** Sum of k3 to the reference model; null without one. */
  readonly kl: number | null;
  /** Largest |sampler logprob - trainer logprob|. */
  readonly gap: number;
}

export const NO_SUMS: Sums = { loss: 0, clipped: 0, clippedLow: 0, entropy: 0, oldKl: 0, kl: null, gap: 0 };

/** Returns the sums with one more micro-batch added. */
export function addMicroBatch(
  { loss, clipped, clippedLow, entropy, oldKl, kl, gap }: Sums,
  rows: readonly WeightedRow[],
  { loss: batchLoss, logprobs, entropies, referenceLogprobs }: Accumulated,
  { clipLow, clipHigh, dualClip }: Pick<UpdateOptions, "clipLow" | "clipHigh" | "dualClip">,
): Sums {
  const oldLogprobs = column(rows, "oldLogprobs");
  const advantages = column(rows, "advantages");
  const counts = rows.flatMap(({ count, oldLogprobs: { length } }) => Array<number>(length).fill(count));
  for (const [i, logprob] of logprobs.entries()) {
    const difference = logprob - at(oldLogprobs, i);
    const ratio = Math.exp(difference);
    const advantage = at(advantages, i);
    const count = at(counts, i);
    gap = Math.max(gap, Math.abs(difference));
    oldKl -= count * difference;
    if ((advantage > 0 && ratio > 1 + clipHigh) || (advantage < 0 && ratio < 1 - clipLow)) clipped += count;
    if (advantage < 0 && ratio > dualClip) clippedLow += count;
    entropy += count * at(entropies, i);
  }
  if (referenceLogprobs !== null) kl = (kl ?? 0) + summedK3(logprobs, referenceLogprobs, counts);
  return { loss: loss + batchLoss, clipped, clippedLow, entropy, oldKl, kl, gap };
}

/** Sums k3 = exp(d) - d - 1, d = reference logprob - logprob (Schulman, "Approximating KL divergence"). */
function summedK3(
  logprobs: Float32Array,
  referenceLogprobs: Float32Array,
  counts: readonly number[],
): number {
  return logprobs.reduce((sum, logprob, i) => {
    const d = at(referenceLogprobs, i) - logprob;
    return sum + at(counts, i) * (Math.exp(d) - d - 1);
  }, 0);
}
