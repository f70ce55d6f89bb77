/** The part of the configuration's table that says what an update minimises. */
import { choice, integer, real } from "./configField.ts";

/** In the order a form shows them. */
export const UPDATE_FIELDS = {
  advantage: choice(
    "Update",
    "Advantage",
    ["grpo", "dr-grpo", "rloo", "reinforce++", "reinforce++-baseline", "remax", "gae", "prime"],
    "What a reward is compared with: grpo the group's mean, over its deviation; dr-grpo the mean alone, so confident votes count for more; rloo the mean of the others; reinforce++ all tokens of the step; reinforce++-baseline the group's mean, then all tokens; remax one greedy response more; gae what a critic foresees (PPO); prime the mean of the others, with token rewards of an implicit reward model beside the vote's (PRIME).",
  ),
  aggregation: choice(
    "Update",
    "Loss mean",
    [
      "token-mean",
      "trained-token-mean",
      "pair-token-mean",
      "sequence-mean-token-sum",
      "sequence-mean-token-mean",
      "sequence-mean-token-sum-norm",
    ],
    "How token losses become one: token-mean over all kept tokens; trained-token-mean over those with a signal; pair-token-mean over pairs of responses of their token means, the authors' micro-batches; sequence-mean over responses of their token sum, their token mean, or their token sum over the longest response (Dr. GRPO).",
  ),
  updatesPerStep: integer(
    "Update",
    "Updates per step",
    1,
    [1, 256],
    "updates",
    "Optimizer steps per loop step: its questions are split into this many mini-batches (paper: 8).",
  ),
  clipRange: real(
    "Update",
    "Clip range",
    0.2,
    [0.01, 1],
    "",
    "The probability ratio is clipped to 1 ± this; it matters only with several updates per step (paper: 0.2).",
  ),
  clipHigh: real(
    "Update",
    "Upper clip range",
    0,
    [0, 10],
    "",
    "The upper bound of the ratio is 1 + this, so that rare tokens can rise faster than they fall (DAPO: 0.28); 0 is the clip range.",
  ),
  dualClip: real(
    "Update",
    "Dual clip",
    1,
    [1, 100],
    "",
    "A response with a negative advantage weighs at most this many times, however much likelier it has become (paper: 3); 1 sets no bound.",
  ),
  entropyCoefficient: real(
    "Update",
    "Entropy coefficient",
    0,
    [0, 1],
    "",
    "Rewards uncertainty of the next token, against collapse; too much of it keeps the policy from learning (paper: 0).",
  ),
  klCoefficient: real(
    "Update",
    "KL coefficient",
    0,
    [0, 10],
    "",
    "Pull towards the initial model; 0 keeps no reference copy (paper: 0.001).",
  ),
  klEstimator: choice(
    "Update",
    "KL estimator",
    ["k3", "k1", "k2"],
    "With d the initial model's logprob less the policy's: k3 is exp(d) - d - 1 (paper), k1 is -d, k2 is d² / 2.",
  ),
  klPlace: choice(
    "Update",
    "KL place",
    ["loss", "reward"],
    "loss adds the KL estimate to each token's loss (paper); reward takes it from each token's reward before advantages are computed.",
  ),
} as const;
