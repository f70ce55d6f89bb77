/** What a step trains: the companion, where the estimator has one, then the policy; a teacher follows. */
import type { CompanionMetrics } from "./metrics/companionMetrics.ts";
import type { CompanionTurn } from "./companions/companionTurn.ts";
import { learningRateAt, type TtrlConfig } from "./ttrlConfig.ts";
import type { Judged } from "./judge.ts";
import { movesWithoutAdvantage, updateOptions } from "./loss.ts";
import { meanByTokens, miniBatches } from "./miniBatches.ts";
import type { Models } from "./contracts/models.ts";
import type { OnProgress, Policy, UpdateStats } from "./contracts/policy.ts";
import { carriesSignal, keptRollouts } from "./rollouts.ts";
import { teacherDecayAt } from "./variants/teacher.ts";

/** What the updates of a step did. */
export interface Trained {
  /** Of the policy. */
  readonly learningRate: number;
  /** Of the policy; null when no response carries a signal, and while the critic warms up. */
  readonly update: UpdateStats | null;
  /** Of the companion; empty where there is none. */
  readonly companion: Partial<CompanionMetrics>;
}

/** Trains on a judged step, counted from 1. */
export async function trainStep(
  { models, companion }: { readonly models: Models; readonly companion: CompanionTurn | null },
  judged: Judged,
  config: TtrlConfig,
  step: number,
  watch: { readonly signal: AbortSignal | undefined; readonly onProgress: OnProgress },
): Promise<Trained> {
  const learnt = (await companion?.learn(judged, watch.onProgress)) ?? {};
  const isWarmingUp = config.advantage === "gae" && step <= config.criticWarmup;
  const learningRate = learningRateAt(step, config);
  const update = isWarmingUp ? null : await trainPolicy(models.policy, judged, config, learningRate, watch);
  if (config.teacherShare > 0) await (await models.follower()).follow(teacherDecayAt(step, config));
  return { learningRate, update, companion: learnt };
}

/** `updatesPerStep` optimizer steps over the groups' kept responses. */
async function trainPolicy(
  policy: Policy,
  { groups, advantages }: Judged,
  config: TtrlConfig,
  learningRate: number,
  watch: { readonly signal: AbortSignal | undefined; readonly onProgress: OnProgress },
): Promise<UpdateStats | null> {
  const updates: UpdateStats[] = [];
  const options = updateOptions(config, learningRate);
  for (const [first, end] of miniBatches(groups.length, config.updatesPerStep)) {
    const kept = keptRollouts(groups.slice(first, end), advantages.slice(first, end), config);
    // Responses without advantage move nothing unless the loss has other terms, but they count in its mean.
    const rollouts = movesWithoutAdvantage(options) ? kept : kept.filter(carriesSignal);
    if (rollouts.length === 0) continue;
    updates.push(await policy.update(rollouts, options, watch.signal, watch.onProgress));
  }
  return combine(updates);
}

/** Statistics of several updates as one: token-weighted means, the largest gap, all tokens. */
function combine(updates: readonly UpdateStats[]): UpdateStats | null {
  const [first] = updates;
  if (first === undefined) return null;
  const weighted = (pick: (update: UpdateStats) => number): number => meanByTokens(updates, pick);
  return {
    loss: weighted((update) => update.loss),
    gradientNorm: weighted((update) => update.gradientNorm),
    clipFraction: weighted((update) => update.clipFraction),
    clipFractionLow: weighted((update) => update.clipFractionLow),
    entropy: weighted((update) => update.entropy),
    oldKl: weighted((update) => update.oldKl),
    kl: updates.some((update) => update.kl === null) ? null : weighted((update) => update.kl ?? 0),
    // Only the first update trains on the policy that sampled; later gaps are the policy's movement.
    logprobGap: first.logprobGap,
    tokens: updates.reduce((total, update) => total + update.tokens, 0),
  };
}
