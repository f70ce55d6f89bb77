/**
 * PPO (arXiv 1707.06347) with a critic: it values each token, generalised advantage estimation compares the rewards with
 * its values, and it learns the returns. In verl's order: values of the whole step first, then the critic's updates, then
 * the policy's.
 */
import { at } from "../../math/at.ts";
import { mean, standardDeviation } from "../../math/stats.ts";
import { integer, real, type ConfigOf } from "../config/field.ts";
import type { CoreConfig } from "../config/coreFields.ts";
import type { Critic, CriticOptions, CriticStats, ValuedRollout } from "../contracts/critic.ts";
import type { CompanionTurn, JudgedStep, VariantMetrics } from "../contracts/hooks.ts";
import { drawn, text } from "../contracts/metricText.ts";
import type { OnProgress, ScoredRollout } from "../contracts/policy.ts";
import { rewardsToCome, whiten, type TokenTable } from "../contracts/tokenTable.ts";
import { defineVariant } from "../contracts/variant.ts";
import { meanByTokens, miniBatches } from "../rollouts/miniBatches.ts";
import { keptRollouts, scoreGroups } from "../rollouts/rollouts.ts";

const GROUP = "Critic and reward model";

const fields = {
  lambda: real(
    { group: GROUP, label: "Lambda", default: 1, bounds: [0, 1] },
    "With gae, the GAE parameter: 1 trusts only the reward, 0 only the critic (paper: 1).",
  ),
  criticLearningRate: real(
    { group: GROUP, label: "Critic learning rate", default: 2e-3, bounds: [1e-8, 0.1] },
    "AdamW learning rate of gae's critic, constant from the first step; well above the policy's, since the critic has to keep up with it (paper: 18 times the policy's).",
  ),
  criticWarmup: integer(
    { group: GROUP, label: "Critic warm-up", default: 0, bounds: [0, 10_000], unit: "steps" },
    "With gae, steps at the start in which only the critic learns (paper: 0).",
  ),
  valueClip: real(
    { group: GROUP, label: "Value clip", default: 0.5, bounds: [0.001, 100] },
    "Values count as if they had changed by at most this in one step; matters only with several updates per step (paper: 0.5).",
  ),
} as const;

const ABSENCE = "Measured only with a critic: advantages by gae (PPO).";

const metrics = {
  valueMean: drawn(
    text(
      { name: "mean value", unit: "", logged: "critic/values/mean" },
      "mean over the tokens of kept responses of the critic's value before the update",
      "The reward that the critic expects; it should follow the post reward. Only with a critic (PPO).",
    ),
    { label: "critic", absence: ABSENCE, compare: { metric: "postReward", label: "reward earned" } },
  ),
  valueExplainedVariance: drawn(
    text(
      { name: "explained variance", unit: "", logged: "critic/vf_explained_var" },
      "1 - var(return - value) / (var(return) + 1e-5), over the tokens of kept responses",
      "How much of the returns' variance the critic predicts: 1 all, 0 no more than a constant, below 0 less than that.",
    ),
    { label: "explained variance", absence: ABSENCE, isSigned: true },
  ),
  valueLoss: drawn(
    text(
      { name: "value loss", unit: "", logged: "critic/vf_loss" },
      "mean over tokens of max((v - R)^2, (clip(v) - R)^2) / 2",
      "What the critic minimizes; its floor is the part of the returns that no critic can predict.",
    ),
    { label: "value loss", absence: ABSENCE },
  ),
  valueClipFraction: text(
    { name: "value clip fraction", unit: "share", logged: "critic/vf_clipfrac" },
    "tokens where clipping made the value loss larger / tokens",
    "How often a value had moved further than the value clip in the updates of one step.",
  ),
  criticGradientNorm: text(
    { name: "critic gradient norm", unit: "", logged: "critic/grad_norm" },
    "global L2 norm before clipping",
    "Norm of the critic's gradient.",
  ),
} as const;

type PpoConfig = CoreConfig & ConfigOf<typeof fields>;

export const ppo = defineVariant({
  name: "PPO",
  fields,
  choices: { advantage: { gae: "the critic's expectation (PPO)" } },
  metrics,
  isOn: (config) => config.advantage === "gae",
  hooks: (config) => ({
    estimator: {
      rewardBeyondEnd: "moved to the end",
      companion: {
        model: "critic",
        needsReference: false,
        score: async (models, kept, signal) => criticTurn(await models.critic(), kept, config, signal),
      },
      advantages: (rewards, { groups }) =>
              generalisedAdvantages(rewards, groups.map(({ scores }) => scores), config).advantages, // prettier-ignore
    },
    trainsPolicy: (step) => step > config.criticWarmup,
  }),
});

/**
 * Generalised advantage estimation (arXiv 1506.02438, equation 16): delta_t = r_t + gamma V_{t+1} - V_t with V = 0 after
 * the last token, A_t = delta_t + gamma lambda A_{t+1}. `returns` = A + V, which the critic learns; the advantages are
 * whitened after that. Tables are [question][K][T]; `values[q][i][t]` is the value before token t is known.
 */
export function generalisedAdvantages(
  rewards: TokenTable,
  values: TokenTable,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): { readonly advantages: Float64Array[][]; readonly returns: Float64Array[][] } {
  const advantages = rewards.map((group, question) =>
    group.map((tokens, i) => {
      const predicted = at(at(values, question), i);
      if (predicted.length !== tokens.length) throw new Error("values and rewards differ in shape");
      const deltas = tokens.map(
        (reward, token) => reward + gamma * (predicted[token + 1] ?? 0) - at(predicted, token), // 0 after the last
      );
      return rewardsToCome(deltas, gamma * lambda);
    }),
  );
  const returns = advantages.map((group, question) =>
    group.map((tokens, i) => {
      const predicted = at(at(values, question), i);
      return tokens.map((gain, token) => gain + at(predicted, token));
    }),
  );
  return { advantages: whiten(advantages), returns };
}

/** Values the kept responses of a step, and returns the critic's updates. */
async function criticTurn(
  critic: Critic,
  kept: readonly (readonly ScoredRollout[])[],
  config: PpoConfig,
  signal: AbortSignal | undefined,
): Promise<CompanionTurn> {
  const values = await scoreGroups(kept, (rollouts) => critic.values(rollouts, signal));
  const scores = values.map((group) => group.map((tokens) => Float64Array.from(tokens)));
  const learn = async (step: JudgedStep, onProgress: OnProgress): Promise<VariantMetrics> => {
    const { returns } = generalisedAdvantages(step.rewards, scores, config);
    const updates: CriticStats[] = [];
    for (const [first, end] of miniBatches(step.groups.length, config.updatesPerStep)) {
      const goals = returns.slice(first, end).flat();
      const old = values.slice(first, end).flat();
      const rollouts = keptRollouts(step.groups.slice(first, end), step.advantages.slice(first, end), config);
      const valued = rollouts.map((rollout, i): ValuedRollout => ({
        ...rollout,
        returns: Float32Array.from(at(goals, i)),
        oldValues: at(old, i),
      }));
      updates.push(await critic.update(valued, criticOptions(config), signal, onProgress));
    }
    return criticMetrics(scores, returns, updates);
  };
  return { scores, learn };
}

function criticOptions(config: PpoConfig): CriticOptions {
  const { criticLearningRate: learningRate, valueClip, gradientClip, beta1, beta2, weightDecay } = config;
  return { learningRate, valueClip, gradientClip, beta1, beta2, weightDecay };
}

function criticMetrics(
  values: TokenTable,
  returns: TokenTable,
  updates: readonly CriticStats[],
): Record<keyof typeof metrics, number> {
  return {
    valueMean: mean(flat(values)),
    valueExplainedVariance: explainedVariance(flat(values), flat(returns)),
    valueLoss: meanByTokens(updates, ({ loss }) => loss),
    valueClipFraction: meanByTokens(updates, ({ clipFraction }) => clipFraction),
    criticGradientNorm: meanByTokens(updates, ({ gradientNorm }) => gradientNorm),
  };
}

/** Keeps the division finite when all returns are equal; verl's value. */
const EPSILON = 1e-5;

/** Returns 1 - variance(return - value) / (variance(return) + 1e-5): 1 for a perfect critic, 0 for a constant one. */
export function explainedVariance(values: readonly number[], returns: readonly number[]): number {
  const errors = returns.map((goal, i) => goal - at(values, i));
  return 1 - standardDeviation(errors) ** 2 / (standardDeviation(returns) ** 2 + EPSILON);
}

function flat(table: TokenTable): number[] {
  return table.flat().flatMap((tokens) => [...tokens]);
}
