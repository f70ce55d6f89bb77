/** Options of `ttrl export` for the recipe of a run. */
import { Option } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import { RECIPES } from "../../src/report/exportForms.ts";
import type { RecipeRequest } from "./exportRecipe.ts";
import { numberWithin } from "../commands/options.ts";
import type { ExportForm } from "./exportForm.ts";

/** A folder that continues a finished run with another trainer. */
export const RECIPE_FORM: ExportForm = {
  subject: "a run's recipe",
  options: [
    new Option("--recipe <trainer>", "what goes on with the run there").choices(RECIPES),
    new Option("--run <folder>", "--out of a finished run"),
    new Option("--steps <integer>", "steps to go on for; as many as the run had without it").argParser(
      numberWithin(CONFIG_FIELDS.steps),
    ),
  ],
  required: ["--recipe", "--run"],
  async write(command) {
    const { exportRecipe } = await import("./exportRecipe.ts");
    await exportRecipe(command.opts<RecipeRequest>());
  },
};
