/**
 * PRIME (arXiv 2502.01456, section 3): a reward model scores tokens, learns from the vote's rewards, then the policy
 * learns. The reward model is a policy, so it learns as one: binary cross-entropy of sigmoid(beta * sum of log ratios)
 * with the vote reward is a loss whose derivative by each logprob of a response is beta (probability - reward), and an
 * update with ratio 1 descends -advantage * weight. Temperature 1 throughout, as in the authors' code: the reward model
 * is never sampled.
 */
import { at } from "../../math/at.ts";
import { mean, sum } from "../../math/stats.ts";
import type { CoreConfig } from "../config/coreFields.ts";
import { real, type ConfigOf } from "../config/field.ts";
import type { CompanionTurn, JudgedStep, VariantMetrics } from "../contracts/hooks.ts";
import { drawn, text } from "../contracts/metricText.ts";
import type { Models } from "../contracts/models.ts";
import type { OnProgress, ScoredRollout, UpdateOptions, UpdateStats } from "../contracts/policy.ts";
import { rewardsToCome, whiten } from "../contracts/tokenTable.ts";
import type { Rollout } from "../contracts/types.ts";
import { defineVariant } from "../contracts/variant.ts";
import { meanByTokens, miniBatches } from "../rollouts/miniBatches.ts";
import { scoreGroups } from "../rollouts/rollouts.ts";
import {
  combinedRewards,
  crossEntropy,
  logRatios,
  pairwiseAccuracy,
  processRewards,
  rewardProbability,
} from "./processRewards.ts";

const GROUP = "Critic and reward model";

const fields = {
  rewardModelLearningRate: real(
    { group: GROUP, label: "Reward-model learning rate", default: 1e-3, bounds: [1e-8, 0.1] },
    "AdamW learning rate of prime's reward model, constant from the first step; until it tells responses apart its token rewards mislead (paper: twice the policy's, which is too slow for small models).",
  ),
  processScale: real(
    { group: GROUP, label: "Reward-model scale", default: 0.05, bounds: [0.0001, 10] },
    "PRIME's beta: with a larger one the reward model is certain after smaller changes of its logprobs (paper: 0.05).",
  ),
  processWeight: real(
    { group: GROUP, label: "Process weight", default: 1, bounds: [0, 100] },
    "With prime, weight of the reward model's token rewards next to the vote's reward (paper: 1, both times 5); 0 trains it without using it.",
  ),
} as const;

const ABSENCE = "Measured only with a reward model: advantages by prime.";

const metrics = {
  processReward: text(
    { name: "process reward", unit: "", logged: "reward_model/reward" },
    "mean over kept responses of the sum of normalised token rewards",
    "Reward of a response by PRIME's reward model, at most 1 in size; only its differences mean something.",
  ),
  rewardModelAccuracy: drawn(
    text(
      { name: "reward-model accuracy", unit: "share", logged: "reward_model/dpo_acc_before" },
      "pairs of a question that the reward model ranks as the rewards do / pairs with different rewards",
      "How well PRIME's reward model tells rewarded responses from others before it has seen them; a question whose responses all earn the same counts 0.5.",
    ),
    { label: "reward-model accuracy", absence: ABSENCE },
  ),
  rewardModelLoss: drawn(
    text(
      { name: "reward-model loss", unit: "nats", logged: "reward_model/dpo_loss" },
      "mean over kept responses of cross-entropy(sigmoid(beta sum log(p_reward model / p_initial)), reward)",
      "What PRIME's reward model minimizes; 0.693 at first, when it knows nothing.",
    ),
    { label: "reward-model loss", absence: ABSENCE },
  ),
  rewardModelGradientNorm: text(
    { name: "reward-model gradient norm", unit: "", logged: "reward_model/grad_norm" },
    "global L2 norm before clipping",
    "Norm of the reward model's gradient.",
  ),
} as const;

type PrimeConfig = CoreConfig & ConfigOf<typeof fields>;

export const prime = defineVariant({
  name: "PRIME",
  fields,
  choices: {
    advantage: {
      prime:
        "the mean of the others, with token rewards of an implicit reward model added to the vote's (PRIME)",
    },
  },
  metrics,
  problems: ({ advantage, klPlace, klCoefficient }) =>
    advantage === "prime" && klPlace === "reward" && Number(klCoefficient) > 0
      ? ["klPlace (reward) must be loss with advantage (prime), whose reward model judges whole responses"]
      : [],
  isOn: (config) => config.advantage === "prime",
  hooks: (config) => ({
    estimator: {
      companion: {
        model: "rewardModel",
        needsReference: true,
        score: (models, kept, signal) => rewardModelTurn(models, kept, config, signal),
      },
      advantages: (rewards, { groups }) => {
        const processes = groups.map(({ scores }) => scores);
        const combined = combinedRewards(rewards, processes, config.processWeight);
        return whiten(combined.map((group) => group.map((tokens) => rewardsToCome(tokens, 1))));
      },
    },
  }),
});

/** Maximum gradient norm of the reward model; the authors' value. */
const GRADIENT_CLIP = 10;

/** Logprobs [question][K][T]. */
type Logprobs = readonly (readonly Float32Array[])[];

/** Scores the kept responses of a step, and returns the reward model's updates. */
async function rewardModelTurn(
  models: Models,
  kept: readonly (readonly ScoredRollout[])[],
  config: PrimeConfig,
  signal: AbortSignal | undefined,
): Promise<CompanionTurn> {
  const rewardModel = await models.rewardModel();
  const score = (groups: typeof kept): Promise<Float32Array[][]> =>
    scoreGroups(groups, (rollouts) => rewardModel.score(rollouts, 1, signal));
  const initial = await scoreGroups(kept, (rollouts) => models.policy.initialLogprobs(rollouts, 1, signal));
  const before = await score(kept);
  const scores = processRewards(before, initial, config.processScale);
  const learn = async (step: JudgedStep, onProgress: OnProgress): Promise<VariantMetrics> => {
    const outcomes = step.rewards.map((group) => group.map((tokens) => sum([...tokens])));
    const updates: (UpdateStats & { readonly crossEntropy: number })[] = [];
    for (const [first, end] of miniBatches(kept.length, config.updatesPerStep)) {
      const groups = kept.slice(first, end);
      // After an update the scores of this step are those of an older model.
      const logprobs = first === 0 ? before.slice(first, end) : await score(groups);
      const known = { logprobs, initial: initial.slice(first, end), outcomes: outcomes.slice(first, end) };
      const lesson = rewardLesson(groups, known, config.processScale);
      const stats = await rewardModel.update(lesson.rollouts, optionsOf(config), signal, onProgress);
      updates.push({ ...stats, crossEntropy: lesson.loss });
    }
    const totals = scores.map((group) => group.map((tokens) => sum([...tokens])));
    return rewardModelMetrics(totals, outcomes, updates);
  };
  return { scores, learn };
}

function rewardModelMetrics(
  totals: readonly (readonly number[])[],
  outcomes: readonly (readonly number[])[],
  updates: readonly (UpdateStats & { readonly crossEntropy: number })[],
): Record<keyof typeof metrics, number> {
  return {
    processReward: mean(totals.flat()),
    rewardModelAccuracy: pairwiseAccuracy(totals, outcomes),
    rewardModelLoss: meanByTokens(updates, ({ crossEntropy: loss }) => loss),
    rewardModelGradientNorm: meanByTokens(updates, ({ gradientNorm }) => gradientNorm),
  };
}

/** Returns rollouts on which an update of the reward model descends the responses' mean cross-entropy, and that loss. */
export function rewardLesson(
  groups: readonly (readonly ScoredRollout[])[],
  known: { logprobs: Logprobs; initial: Logprobs; outcomes: readonly (readonly number[])[] },
  beta: number,
): { rollouts: Rollout[]; loss: number } {
  const [logprobs, initial, outcomes] = [known.logprobs.flat(), known.initial.flat(), known.outcomes.flat()];
  const losses: number[] = [];
  const rollouts = groups.flat().map(({ prompt, response }, i): Rollout => {
    const [own, outcome] = [at(logprobs, i), at(outcomes, i)];
    const probability = rewardProbability(logRatios(own, at(initial, i)), beta);
    losses.push(crossEntropy(probability, outcome));
    return {
      prompt,
      response: { ...response, logprobs: own },
      advantages: new Float32Array(own.length).fill(beta * (outcome - probability)),
      weight: 1 / outcomes.length,
    };
  });
  return { rollouts, loss: mean(losses) };
}

/** Plain gradient descent on the loss: at a ratio of 1 no clip is reached. */
function optionsOf(config: PrimeConfig): UpdateOptions {
  const { rewardModelLearningRate: learningRate, beta1, beta2, weightDecay } = config;
  return {
    ...{ learningRate, beta1, beta2, weightDecay, gradientClip: GRADIENT_CLIP, temperature: 1 },
    ...{ clipLow: 1, clipHigh: 1, dualClip: Infinity },
    ...{ klCoefficient: 0, klEstimator: "k3", entropyCoefficient: 0 },
  };
}
