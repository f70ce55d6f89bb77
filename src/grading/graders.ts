/** The sets of grading rules by name. */
import { correctedGrader } from "./corrected/corrected.ts";
import type { Grader } from "./grader.ts";
import { paperGrader } from "./paper/paperGrader.ts";

/** Which rules: those of the paper's authors, or those with their listed defects mended. */
export type GradingSetting = "corrected" | "paper";

/** The rules of a setting. */
export const GRADERS: Readonly<Record<GradingSetting, Grader>> = {
  corrected: correctedGrader,
  paper: paperGrader,
};
