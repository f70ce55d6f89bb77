/** Updates the models on a judged step: the companion first, then the policy. */
import { at } from "../math/at.ts";
import type { CompanionTurn, JudgedStep, VariantMetrics } from "./contracts/hooks.ts";
import type { Method } from "./contracts/method.ts";
import type { Models } from "./contracts/models.ts";
import type { OnProgress, Policy, UpdateStats } from "./contracts/policy.ts";
import { meanByTokens, miniBatches } from "./rollouts/miniBatches.ts";
import { carriesSignal, keptRollouts } from "./rollouts/rollouts.ts";
import { learningRateAt, movesWithoutAdvantage, updateOptions } from "./rollouts/updateOptions.ts";

/** The models that learn in a step. */
export interface Learners {
  readonly models: Models;
  /** The turn of the companion that scored the step; null without a companion. */
  readonly turn: CompanionTurn | null;
}

/** Results of a step's updates. */
export interface Updated {
  /** Of the policy. */
  readonly learningRate: number;
  /** Of the policy; null when no response carries a signal, or a variant skipped the update. */
  readonly update: UpdateStats | null;
  /** Of the companion. */
  readonly companion: VariantMetrics;
}

/** Updates companion and policy on a step, counted from 1. */
export async function update(
  { models, turn }: Learners,
  judged: JudgedStep,
  method: Method,
  step: number,
  watch: { readonly signal: AbortSignal | undefined; readonly onProgress: OnProgress },
): Promise<Updated> {
  const companion = (await turn?.learn(judged, watch.onProgress)) ?? {};
  const learningRate = learningRateAt(step, method.settings, method.scheduleLag);
  const stats = method.trainsPolicy(step)
    ? await updatePolicy(models.policy, judged, method, learningRate, watch)
    : null;
  for (const afterUpdate of method.afterUpdate) await afterUpdate(models, step);
  return { learningRate, update: stats, companion };
}

/** Takes `updatesPerStep` optimizer steps over the groups' kept responses. */
async function updatePolicy(
  policy: Policy,
  { groups, advantages }: JudgedStep,
  { settings }: Method,
  learningRate: number,
  watch: Parameters<typeof update>[4],
): Promise<UpdateStats | null> {
  const updates: UpdateStats[] = [];
  const options = updateOptions(settings, learningRate);
  for (const [first, end] of miniBatches(groups.length, settings.updatesPerStep)) {
    const kept = keptRollouts(groups.slice(first, end), advantages.slice(first, end), settings);
    // Responses without an advantage move nothing unless the loss has other terms, but they count in its mean.
    const rollouts = movesWithoutAdvantage(options) ? kept : kept.filter(carriesSignal);
    if (rollouts.length === 0) continue;
    updates.push(await policy.update(rollouts, options, watch.signal, watch.onProgress));
  }
  return updates.length === 0 ? null : combine(updates);
}

/** Combines the statistics of several updates: token-weighted means, and the largest gap of the first. */
function combine(updates: readonly UpdateStats[]): UpdateStats {
  const weighted = (pick: (update: UpdateStats) => number): number => meanByTokens(updates, pick);
  return {
    loss: weighted(({ loss }) => loss),
    gradientNorm: weighted(({ gradientNorm }) => gradientNorm),
    clipFraction: weighted(({ clipFraction }) => clipFraction),
    clipFractionLow: weighted(({ clipFractionLow }) => clipFractionLow),
    entropy: weighted(({ entropy }) => entropy),
    oldKl: weighted(({ oldKl }) => oldKl),
    kl: updates.some(({ kl }) => kl === null) ? null : weighted(({ kl }) => kl ?? 0),
    // Only the first update trains on the policy that sampled; later gaps are the policy's own movement.
    logprobGap: at(updates, 0).logprobGap,
    tokens: updates.reduce((total, { tokens }) => total + tokens, 0),
  };
}
