/** What the page says of the recipes that continue a run elsewhere. */
import { lossesIn } from "../../recipe/losses.ts";
import { RECIPES, type Recipe } from "../../report/exportForms.ts";
import type { RunSetup } from "./run.ts";

export type { Recipe } from "../../report/exportForms.ts";

/** A trainer, and what it cannot keep of a run's settings: "rolloutsPerQuestion = 32: all votes are trained on". */
export interface RecipeLosses {
  readonly recipe: Recipe;
  readonly losses: readonly string[];
}

/** The losses of every recipe of a run that has taken some steps. */
export function recipeLosses({ config, study }: RunSetup, stepsDone: number): RecipeLosses[] {
  const data = { questions: { length: study.questions }, answerKey: { size: study.answers } };
  const outline = { config, steps: config.steps, stepsDone, ...data };
  return RECIPES.map((recipe) => ({ recipe, losses: lossesIn(recipe, outline) }));
}
