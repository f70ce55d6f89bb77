/** The part of the configuration's table in which the authors' code differs from the method: what reproduces their runs. */
import type { GradingSetting } from "../grading/graders.ts";
import { choice } from "./configField.ts";

/** What these fields hold. */
export interface PaperConfig {
  readonly answers: GradingSetting;
}

/** In the order a form shows them; the default is the corrected behaviour. */
export const PAPER_FIELDS = {
  answers: choice(
    "Rewards",
    "Answers",
    ["corrected", "paper"],
    "Whose rules find and compare answers. paper is the authors' code to the letter: any last number is an answer, no answer votes and may win, 1/2 and 0.5 split the vote, units take letters with them, and label accuracy extracts from the label once more.",
  ),
} as const;
