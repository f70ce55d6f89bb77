/** Names of the values that an experiment reads from its runs. */

/** Values of an evaluation that exist per question. */
export const QUESTION_VALUES = ["passAt1", "majority"] as const;

/** Values of an evaluation as a whole. */
export const EVALUATION_VALUES = ["responseLength", "entropy", "unansweredShare", "majorityRatio"] as const;

/** Values of training steps; every result stores their curves. */
export const STEP_VALUES = [
  "labelAccuracy",
  "rewardAccuracy",
  "groundTruthRatio",
  "majorityRatio",
  "reward",
  "entropy",
  "responseLength",
  "flipRate",
] as const;
export type StepValue = (typeof STEP_VALUES)[number];
