/** What is measured of the policy's companions: PPO's critic and PRIME's reward model. */
import { text, type MetricText } from "./metricTexts.ts";

/** Of one step; each is null where there is no such companion. */
export interface CompanionMetrics {
  readonly valueMean: number | null;
  readonly valueExplainedVariance: number | null;
  readonly valueLoss: number | null;
  readonly valueClipFraction: number | null;
  readonly criticGradientNorm: number | null;
  readonly processReward: number | null;
  readonly rewardModelAccuracy: number | null;
  readonly rewardModelLoss: number | null;
  readonly rewardModelGradientNorm: number | null;
}

/** Of a step without companions. */
export const NO_COMPANION: CompanionMetrics = {
  valueMean: null,
  valueExplainedVariance: null,
  valueLoss: null,
  valueClipFraction: null,
  criticGradientNorm: null,
  processReward: null,
  rewardModelAccuracy: null,
  rewardModelLoss: null,
  rewardModelGradientNorm: null,
};

export const COMPANION_TEXTS = {
  valueMean: text(
    "mean value",
    "",
    "mean over the tokens of kept responses of the critic's value before the update",
    "What the critic expects a response to earn; it should follow the post reward. Only with a critic (PPO).",
    "critic/values/mean",
  ),
  valueExplainedVariance: text(
    "explained variance",
    "",
    "1 - var(return - value) / (var(return) + 1e-5), over the tokens of kept responses",
    "How much of the rewards the critic foresees: 1 all, 0 no more than a constant, below 0 less than that.",
    "critic/vf_explained_var",
  ),
  valueLoss: text(
    "value loss",
    "",
    "mean over tokens of max((v - R)^2, (clip(v) - R)^2) / 2",
    "What the critic minimises; its floor is what no critic can foresee.",
    "critic/vf_loss",
  ),
  valueClipFraction: text(
    "value clip fraction",
    "share",
    "tokens where clipping made the value loss larger / tokens",
    "How often a value had moved further than the value clip in the updates of one step.",
    "critic/vf_clipfrac",
  ),
  criticGradientNorm: text(
    "critic gradient norm",
    "",
    "global L2 norm before clipping",
    "Size of the critic's gradient.",
    "critic/grad_norm",
  ),
  processReward: text(
    "process reward",
    "",
    "mean over kept responses of the sum of normalised token rewards",
    "What PRIME's reward model gives a response, at most 1 in size; it means nothing but in comparison.",
    "reward_model/reward",
  ),
  rewardModelAccuracy: text(
    "reward-model accuracy",
    "share",
    "pairs of a question that the reward model orders as the rewards do / pairs with different rewards",
    "How well PRIME's reward model tells rewarded responses from others before it has seen them; a question whose responses all earn the same counts 0.5.",
    "reward_model/dpo_acc_before",
  ),
  rewardModelLoss: text(
    "reward-model loss",
    "nats",
    "mean over kept responses of cross-entropy(sigmoid(beta sum log(p_reward model / p_initial)), reward)",
    "What PRIME's reward model minimises; 0.693 at first, when it knows nothing.",
    "reward_model/dpo_loss",
  ),
  rewardModelGradientNorm: text(
    "reward-model gradient norm",
    "",
    "global L2 norm before clipping",
    "Size of the reward model's gradient.",
    "reward_model/grad_norm",
  ),
} as const satisfies Record<keyof CompanionMetrics, MetricText>;
