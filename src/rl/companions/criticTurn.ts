/**
 * PPO (arXiv 1707.06347) with a critic: it values each token, generalised advantage estimation compares the rewards with
 * that, and the critic learns the returns. In verl's order: values of the whole step first, then the critic's updates,
 * then the policy's.
 */
import { mean, standardDeviation } from "../../math/stats.ts";
import { generalisedAdvantages } from "../advantage.ts";
import type { CompanionMetrics } from "../metrics/companionMetrics.ts";
import type { CompanionTurn } from "./companionTurn.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { Critic, CriticOptions, CriticStats, ValuedRollout } from "../contracts/critic.ts";
import type { Judged } from "../judge.ts";
import { meanByTokens, miniBatches } from "../miniBatches.ts";
import type { OnProgress, ScoredRollout } from "../contracts/policy.ts";
import { keptRollouts, scoreGroups } from "../rollouts.ts";
import type { TokenTable } from "../contracts/tokenTable.ts";

/** Keeps the division finite when all returns are equal; verl's value. */
const EPSILON = 1e-5;

/** The critic's part of one step. */
export async function criticTurn(
  critic: Critic,
  kept: readonly (readonly ScoredRollout[])[],
  config: TtrlConfig,
  signal: AbortSignal | undefined,
): Promise<CompanionTurn> {
  const values = await scoreGroups(kept, (rollouts) => critic.values(rollouts, signal));
  const scores = values.map((group) => group.map((tokens) => Float64Array.from(tokens)));
  const learn = async (judged: Judged, onProgress: OnProgress): Promise<Partial<CompanionMetrics>> => {
    const { returns } = generalisedAdvantages(judged.rewards, scores, config);
    const updates: CriticStats[] = [];
    for (const [first, end] of miniBatches(judged.groups.length, config.updatesPerStep)) {
      const within = <Row>(table: readonly (readonly Row[])[]): Row[] => table.slice(first, end).flat();
      const [goals, old] = [within(returns), within(values)];
      const rollouts = keptRollouts(
        judged.groups.slice(first, end),
        judged.advantages.slice(first, end),
        config,
      ).map((rollout, i): ValuedRollout => ({
        ...rollout,
        returns: Float32Array.from(goals[i] ?? []),
        oldValues: old[i] ?? new Float32Array(),
      }));
      updates.push(await critic.update(rollouts, criticOptions(config), signal, onProgress));
    }
    return describe(scores, returns, updates);
  };
  return { scores, learn };
}

function criticOptions(config: TtrlConfig): CriticOptions {
  const { criticLearningRate: learningRate, valueClip, gradientClip, beta1, beta2, weightDecay } = config;
  return { learningRate, valueClip, gradientClip, beta1, beta2, weightDecay };
}

function describe(
  values: TokenTable,
  returns: TokenTable,
  updates: readonly CriticStats[],
): Partial<CompanionMetrics> {
  return {
    valueMean: mean(flat(values)),
    valueExplainedVariance: explainedVariance(flat(values), flat(returns)),
    valueLoss: meanByTokens(updates, ({ loss }) => loss),
    valueClipFraction: meanByTokens(updates, ({ clipFraction }) => clipFraction),
    criticGradientNorm: meanByTokens(updates, ({ gradientNorm }) => gradientNorm),
  };
}

/** 1 - variance(return - value) / (variance(return) + 1e-5): 1 for a perfect critic, 0 for one that says the same of all. */
export function explainedVariance(values: readonly number[], returns: readonly number[]): number {
  const errors = returns.map((goal, i) => goal - (values[i] ?? Number.NaN));
  return 1 - standardDeviation(errors) ** 2 / (standardDeviation(returns) ** 2 + EPSILON);
}

function flat(table: TokenTable): number[] {
  return table.flat().flatMap((tokens) => [...tokens]);
}
