/** What `ttrl export` needs to write the recipe of a run. */
import { Option } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/config.ts";
import { numberWithin } from "../options.ts";
import type { RecipeRequest } from "../recipe/bundle.ts";
import type { ExportForm } from "./exportForm.ts";

/** A folder that continues a finished run with another trainer. */
export const RECIPE_FORM: ExportForm = {
  subject: "a run's recipe",
  options: [
    new Option("--recipe <trainer>", "what goes on with the run there").choices(["trl", "verl", "ttrl"]),
    new Option("--run <folder>", "--out of a finished run"),
    new Option("--steps <integer>", "steps to go on for; as many as the run had without it").argParser(
      numberWithin(CONFIG_FIELDS.steps),
    ),
  ],
  required: ["--recipe", "--run"],
  async write(command) {
    const { writeBundle } = await import("../recipe/bundle.ts");
    await writeBundle(command.opts<RecipeRequest>());
  },
};
