/** The part of the configuration's table in which the authors' code differs from the method: what reproduces their runs. */
import type { GradingSetting } from "../../grading/graders.ts";
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
