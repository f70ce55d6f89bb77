/** The sets of grading rules by name, and the option that picks one. */
import { Option } from "commander";
import { correctedGrader } from "../src/grading/corrected/corrected.ts";
import type { Grader } from "../src/grading/grader.ts";
import { paperGrader } from "../src/grading/paper/paperGrader.ts";

const SETTINGS = ["corrected", "paper"] as const;

/** Which rules: those of the paper's authors, or those with their listed defects mended. */
export type GradingSetting = (typeof SETTINGS)[number];

/** The rules of a setting. */
export const GRADERS: Readonly<Record<GradingSetting, Grader>> = {
  corrected: correctedGrader,
  paper: paperGrader,
};

/** `--setting paper|corrected`. */
export function settingOption(): Option {
  return new Option("--setting <rules>", "whose rules: corrected, or paper for the authors' to the letter")
    .choices([...SETTINGS])
    .default("corrected" satisfies GradingSetting);
}
