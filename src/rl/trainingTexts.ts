/** Training in words: what concerns the responses kept for it, the updates and the clock. */
import { ofTruth, text, type MetricText } from "./metricTexts.ts";

/** Of the responses kept for training, the first of all that voted: the authors' "post". */
export const KEPT_TEXTS = {
  postRewardAccuracy: ofTruth(
    "post reward accuracy",
    "mean over kept responses of [vote reward = true reward]",
    "Reward accuracy of the responses kept for training: how many of the rewards that the policy learns from are right.",
    "train/post_reward_accuracy",
  ),
  postGroundTruthRatio: ofTruth(
    "post ground-truth ratio",
    "mean over kept responses of [answer = truth]",
    "Share of right responses among those kept for training.",
    "train/post_ground_truth_ratio",
  ),
  postPassAtN: ofTruth(
    "post pass@k",
    "mean over questions of [any of the k kept responses is right]",
    "Whether the responses kept for training hold a right one to learn from.",
    "train/post_pass@k",
  ),
  postReward: text(
    "post reward",
    "share",
    "mean over kept responses of the vote reward",
    "Reward of the responses kept for training.",
    "critic/score/mean, critic/rewards/mean",
  ),
  postRewardMin: text(
    "lowest post reward",
    "",
    "min over kept responses of the vote reward",
    "0 or 1 under a majority vote; votes that give shares or penalties reach others.",
    "critic/score/min, critic/rewards/min",
  ),
  postRewardMax: text(
    "highest post reward",
    "",
    "max over kept responses of the vote reward",
    "0 only when no kept response agrees with its question's label.",
    "critic/score/max, critic/rewards/max",
  ),
  advantageMean: text(
    "mean advantage",
    "",
    "mean over the tokens of kept responses of the response's advantage",
    "Below 0 where rewarded responses are shorter than others: each response counts by its tokens.",
    "critic/advantages/mean",
  ),
  advantageMin: text(
    "lowest advantage",
    "",
    "min over kept responses of the advantage",
    "The hardest push down: as agreement grows, the few that dissent are pushed ever harder.",
    "critic/advantages/min",
  ),
  advantageMax: text(
    "highest advantage",
    "",
    "max over kept responses of the advantage",
    "The hardest push up: a label that few kept responses agree with.",
    "critic/advantages/max",
  ),
  postEntropy: text(
    "post entropy",
    "nats",
    "mean over the tokens of kept responses of -sum p log p",
    "Entropy of the responses kept for training.",
    "train/post_entropy",
  ),
  unanimousShare: text(
    "no-signal groups",
    "share",
    "groups whose kept responses all have advantage 0 / groups",
    "Groups that teach nothing in this step, most often because every kept response earned the same.",
  ),
} as const satisfies Record<string, MetricText>;

/** Of updates and of the clock. */
export const UPDATE_TEXTS = {
  kl: text(
    "KL to initial",
    "nats",
    "mean over tokens of exp(d) - d - 1, d = log p_initial - log p",
    "How far the policy has moved from the initial model (k3 estimator).",
    "actor/kl_loss",
  ),
  oldKl: text(
    "KL within the step",
    "nats",
    "mean over tokens of (logprob when sampled - logprob before the update)",
    "How far earlier updates of the step moved the policy from the one that sampled; 0 with one update a step.",
    "actor/ppo_kl",
  ),
  clipFraction: text(
    "clip fraction",
    "share",
    "tokens where clipping changed the loss / tokens",
    "How often the ratio left its trust region.",
    "actor/pg_clipfrac",
  ),
  clipFractionLow: text(
    "dual-clip fraction",
    "share",
    "tokens whose loss the dual clip bounded / tokens",
    "How often a response that should become less likely had become far more likely; 0 without a dual clip.",
    "actor/pg_clipfrac_lower",
  ),
  gradientNorm: text(
    "gradient norm",
    "",
    "global L2 norm before clipping",
    "Size of the update's gradient; spikes announce trouble.",
    "actor/grad_norm",
  ),
  loss: text(
    "loss",
    "",
    "clipped policy loss per sampled token",
    "What the optimizer minimises. It is not a measure of progress.",
    "actor/pg_loss",
  ),
  learningRate: text(
    "learning rate",
    "",
    "schedule at this step",
    "AdamW step size of the step.",
    "actor/lr",
  ),
  logprobGap: text(
    "logprob gap",
    "nats",
    "max |logprob sampled - logprob trained|",
    "Agreement of sampler and trainer before the update; above 1e-4 something is wrong.",
  ),
  sampleTokensPerSecond: text(
    "sampling speed",
    "tokens/s",
    "response tokens / seconds sampling",
    "Speed of sampling.",
  ),
  trainTokensPerSecond: text(
    "training speed",
    "tokens/s",
    "response tokens trained / seconds training",
    "Speed of training.",
  ),
  sampleSeconds: text(
    "sampling time",
    "seconds",
    "wall-clock time of sampling",
    "Time spent sampling in the step.",
    "timing_s/gen",
  ),
  trainSeconds: text(
    "training time",
    "seconds",
    "wall-clock time of the update",
    "Time spent training in the step.",
    "timing_s/update_actor",
  ),
} as const satisfies Record<string, MetricText>;
