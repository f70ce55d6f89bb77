/** The settings of a run that are lost in each recipe. */
import type { Recipe } from "../report/exportForms.ts";
import { authorsCounterparts } from "./authors.ts";
import type { RunOutline } from "./continuation.ts";
import type { Counterparts } from "./counterparts.ts";
import { trlCounterparts } from "./trl.ts";
import { verlCounterparts } from "./verl.ts";

const COUNTERPARTS: Readonly<Record<Recipe, (run: RunOutline) => Counterparts>> = {
  trl: trlCounterparts,
  verl: verlCounterparts,
  ttrl: authorsCounterparts,
};

/** Maps all settings of a run to a recipe's trainer. */
export function counterpartsIn(recipe: Recipe, run: RunOutline): Counterparts {
  return COUNTERPARTS[recipe](run);
}

/** Describes the lost settings: "rolloutsPerQuestion = 32: all votes are trained on". */
export function lossesIn(recipe: Recipe, run: RunOutline): string[] {
  const lost = counterpartsIn(recipe, run).lost();
  return lost.map(({ setting, note }) => `${setting} = ${run.config[setting]}: ${note}`);
}
