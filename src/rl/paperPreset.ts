/** The settings of the authors' runs. */
import type { TtrlConfig } from "./ttrlConfig.ts";

/**
 * The authors' settings that do not depend on the size of model and data (TTRL, section 3.1 and their scripts), and the
 * defects of their code. Learning rate (theirs is 5e-7 for billions of parameters), steps and response length keep their
 * defaults; the warm-up is their 3% of 100 steps.
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

/** Suffix that the authors append to each question for models whose chat template has no such instruction (`data.suffix_prompt`). */
export const PAPER_SUFFIX = "\nPlease reason step by step, and put your final answer within \\boxed{}.";
