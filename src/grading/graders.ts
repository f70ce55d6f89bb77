/** Graders by name. */
import { correctedGrader } from "./corrected/corrected.ts";
import type { Grader } from "./grader.ts";
import { paperGrader } from "./paper/paperGrader.ts";

/** Grading rules: those of the paper's authors, or the same with known defects corrected. */
export type GradingSetting = "corrected" | "paper";

/** The grader of each setting. */
export const GRADERS: Readonly<Record<GradingSetting, Grader>> = {
  corrected: correctedGrader,
  paper: paperGrader,
};
