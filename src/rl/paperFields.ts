/** The part of the configuration's table in which the authors' code differs from the method: what reproduces their runs. */
import type { GradingSetting } from "../grading/graders.ts";
import type { TtrlConfig } from "./config.ts";
import { choice, integer } from "./configField.ts";

/** What these fields hold. */
export interface PaperConfig {
  readonly answers: GradingSetting;
  readonly rewardToken: "own-last" | "group-last";
  readonly epochRest: "kept" | "dropped";
  readonly scheduleLag: number;
}

/** In the order a form shows them; the default is the corrected behaviour. */
export const PAPER_FIELDS = {
  answers: choice(
    "Rewards",
    "Answers",
    ["corrected", "paper"],
    "Whose rules find and compare answers. paper is the authors' code to the letter: any last number is an answer, no answer votes and may win, 1/2 and 0.5 split the vote, units take letters with them, and label accuracy extracts from the label once more.",
  ),
  rewardToken: choice(
    "Rewards",
    "Reward token",
    ["own-last", "group-last"],
    "Which token carries a response's reward: its own last one, or, as in the authors' code, the place where the last vote of its group ends. Only gae, reinforce++ and remax can tell: later tokens get no credit, and the latter two lose the reward of shorter responses.",
  ),
  epochRest: choice(
    "Loop",
    "Rest of an epoch",
    ["kept", "dropped"],
    "Questions left when an epoch no longer fills a step: kept for the next step, or dropped as the authors' loader does (6 of AIME's 30 with 8 a step).",
  ),
  scheduleLag: integer(
    "Optimizer",
    "Schedule lag",
    0,
    [0, 1],
    "steps",
    "By how many steps the learning rate lags behind; with 1, as in the authors' code, a warm-up starts with a step of rate 0 that teaches nothing.",
  ),
} as const;

/**
 * The authors' runs, as far as they do not depend on the size of model and data: their settings (TTRL, section 3.1 and
 * their scripts) and the defects of their code. The learning rate (theirs is 5e-7 for billions of parameters), the steps
 * and the length of responses stay what they are; the warm-up is their 3% of 100 steps.
 */
export const PAPER_PRESET = {
  answers: "paper",
  rewardToken: "group-last",
  epochRest: "dropped",
  scheduleLag: 1,
  schedule: "cosine",
  warmupSteps: 3,
  questionsPerStep: 8,
  votesPerQuestion: 64,
  rolloutsPerQuestion: 32,
  updatesPerStep: 8,
  temperature: 1,
  topP: 1,
  advantage: "grpo",
  aggregation: "pair-token-mean",
  clipRange: 0.2,
  clipHigh: 0,
  dualClip: 3,
  klCoefficient: 0.001,
  klEstimator: "k3",
  klPlace: "loss",
  entropyCoefficient: 0,
  gradientClip: 1,
  beta1: 0.9,
  beta2: 0.999,
  weightDecay: 0.01,
  evaluateEvery: 2,
  evaluationSamples: 16,
  evaluationTemperature: 0.6,
  evaluationTopP: 0.95,
} as const satisfies Partial<TtrlConfig>;
