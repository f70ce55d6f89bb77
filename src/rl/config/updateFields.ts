/** Settings of the loss that an update minimizes. */
import { choice, integer, real, type ConfigOf } from "./field.ts";

/** In the order a form shows them. */
export const UPDATE_FIELDS = {
  aggregation: choice(
    {
      group: "Update",
      label: "Loss mean",
      choices: [
        "token-mean",
        "trained-token-mean",
        "pair-token-mean",
        "sequence-mean-token-sum",
        "sequence-mean-token-mean",
        "sequence-mean-token-sum-norm",
      ],
    },
    "How token losses are averaged. token-mean: over all kept tokens; trained-token-mean: over the tokens of responses with an advantage; pair-token-mean: over pairs of responses, of their token means, like the authors' micro-batches; sequence-mean: over responses, of their token sum, token mean, or token sum divided by the longest response allowed (Dr. GRPO).",
  ),
  updatesPerStep: integer(
    { group: "Update", label: "Updates per step", default: 1, bounds: [1, 256], unit: "updates" },
    "Optimizer steps per step of the loop: its questions are split into this many mini-batches (paper: 8).",
  ),
  clipRange: real(
    { group: "Update", label: "Clip range", default: 0.2, bounds: [0.01, 1] },
    "The probability ratio is clipped to 1 ± this; matters only with several updates per step (paper: 0.2).",
  ),
  clipHigh: real(
    { group: "Update", label: "Upper clip range", default: 0, bounds: [0, 10] },
    "The upper bound of the ratio is 1 + this, so that rare tokens can rise faster than they fall (DAPO: 0.28); 0 is the clip range.",
  ),
  dualClip: real(
    { group: "Update", label: "Dual clip", default: 1, bounds: [1, 100] },
    "Bounds the loss of a token with a negative advantage to this many times the advantage, however likely it has become (paper: 3); 1 sets no bound.",
  ),
  entropyCoefficient: real(
    { group: "Update", label: "Entropy coefficient", default: 0, bounds: [0, 1] },
    "Weight of an entropy bonus against collapse; too much keeps the policy from learning (paper: 0).",
  ),
  klCoefficient: real(
    { group: "Update", label: "KL coefficient", default: 0, bounds: [0, 10] },
    "Weight of the KL penalty against the initial model; 0 keeps no reference model (paper: 0.001).",
  ),
  klEstimator: choice(
    { group: "Update", label: "KL estimator", choices: ["k3", "k1", "k2"] },
    "With d = log p_initial - log p: k3 is exp(d) - d - 1 (paper), k1 is -d, k2 is d² / 2.",
  ),
  klPlace: choice(
    { group: "Update", label: "KL place", choices: ["loss", "reward"] },
    "loss adds the KL estimate to each token's loss (paper); reward subtracts it from each token's reward before advantages are computed.",
  ),
  gamma: real(
    { group: "Update", label: "Gamma", default: 1, bounds: [0, 1] },
    "Discount of a reward per token, with gae and reinforce++ (paper: 1).",
  ),
} as const;

/** The values of these settings. */
export type UpdateConfig = ConfigOf<typeof UPDATE_FIELDS>;
