/** What an update did, summed over its tokens. */
import type { UpdateOptions } from "../../rl/contracts/policy.ts";
import { column, type WeightedRow } from "./rolloutRows.ts";

/** What a micro-batch gave; arrays have one entry for each of its scored tokens, in the rows' order. */
export interface Accumulated {
  readonly loss: number;
  /** Before the update, as all of these. */
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Under the initial model; null when none is kept. */
  readonly referenceLogprobs: Float32Array | null;
}

/** Sums over tokens, and the largest gap between sampled and trained logprobs. */
export interface Sums {
  readonly loss: number;
  readonly clipped: number;
  readonly clippedLow: number;
  readonly entropy: number;
  /** Summed logprobs when sampled less those when trained. */
  readonly oldKl: number;
  /** Summed k3; null without an initial model. */
  readonly kl: number | null;
  readonly gap: number;
}

/** Of no tokens. */
export const NO_SUMS: Sums = { loss: 0, clipped: 0, clippedLow: 0, entropy: 0, oldKl: 0, kl: null, gap: 0 };

/** The sums with those of one more micro-batch. */
export function added(
  { loss, clipped, clippedLow, entropy, oldKl, kl, gap }: Sums,
  rows: readonly WeightedRow[],
  { loss: batchLoss, logprobs, entropies, referenceLogprobs }: Accumulated,
  { clipLow, clipHigh, dualClip }: Pick<UpdateOptions, "clipLow" | "clipHigh" | "dualClip">,
): Sums {
  const oldLogprobs = column(rows, "oldLogprobs");
  const advantages = column(rows, "advantages");
  const counts = rows.flatMap(({ count, oldLogprobs: { length } }) => Array<number>(length).fill(count));
  for (const [i, logprob] of logprobs.entries()) {
    const difference = logprob - (oldLogprobs[i] ?? Number.NaN);
    const ratio = Math.exp(difference);
    const advantage = advantages[i] ?? Number.NaN;
    const count = counts[i] ?? Number.NaN;
    gap = Math.max(gap, Math.abs(difference));
    oldKl -= count * difference;
    if ((advantage > 0 && ratio > 1 + clipHigh) || (advantage < 0 && ratio < 1 - clipLow)) clipped += count;
    if (advantage < 0 && ratio > dualClip) clippedLow += count;
    entropy += count * (entropies[i] ?? Number.NaN);
  }
  if (referenceLogprobs !== null) kl = (kl ?? 0) + summedK3(logprobs, referenceLogprobs, counts);
  return { loss: loss + batchLoss, clipped, clippedLow, entropy, oldKl, kl, gap };
}

/** k3 = exp(d) - d - 1 with d = reference logprob - logprob: estimates KL (Schulman), never negative. */
function summedK3(
  logprobs: Float32Array,
  referenceLogprobs: Float32Array,
  counts: readonly number[],
): number {
  return logprobs.reduce((sum, logprob, i) => {
    const d = (referenceLogprobs[i] ?? Number.NaN) - logprob;
    return sum + (counts[i] ?? Number.NaN) * (Math.exp(d) - d - 1);
  }, 0);
}
