/** The formats a run's model can be exported in. */
import { lossesIn } from "../../recipe/losses.ts";
import { EXPORT_FORMS, RECIPES, type ExportOffer, type Recipe } from "../../report/exportForms.ts";
import type { RunSetup } from "./record.ts";
import type { Device } from "./run.ts";

export type { ExportForm, ExportOffer, Recipe } from "../../report/exportForms.ts";

const UNKNOWN_SIZES: readonly ExportOffer[] = EXPORT_FORMS.map((form) => ({ form, bytes: 0, notes: [] }));

/** Returns the formats offered for a model; before it is loaded, all formats with sizes of 0. */
export function exportOffers(device: Device | null): readonly ExportOffer[] {
  return device?.exports ?? UNKNOWN_SIZES;
}

/** A trainer and the settings it does not support, such as "rolloutsPerQuestion = 32: all votes are trained on". */
interface RecipeLosses {
  readonly recipe: Recipe;
  readonly losses: readonly string[];
}

/** Returns the unsupported settings for every trainer, for a run that has done `stepsDone` steps. */
export function recipeLosses({ config, study }: RunSetup, stepsDone: number): RecipeLosses[] {
  const data = { questions: { length: study.questions }, answerKey: { size: study.answers } };
  const outline = { config, steps: config.steps, stepsDone, ...data };
  return RECIPES.map((recipe) => ({ recipe, losses: lossesIn(recipe, outline) }));
}
