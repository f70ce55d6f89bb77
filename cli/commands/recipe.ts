/** `ttrl recipe`: options and help. */
import { Argument, type Command } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/config.ts";
import { numberWithin } from "../options.ts";
import type { Recipe, RecipeRequest } from "../recipe/bundle.ts";

const HELP = `
Writes into --out: model/ (a copy of the run's trained model), the data set, the run's settings in the other trainer's
words, the majority-vote reward in Python where the trainer has none, a script to start with and README.md: what each
setting has become, and what has no counterpart (also told on standard error where the run has changed it). ttrl is the
authors' own code, which is built on a verl of its day.

Examples:
  ttrl recipe trl --run out/word --out out/word-trl
  ttrl recipe verl --run out/word --out out/word-verl --steps 500
  ttrl recipe ttrl --run out/word --out out/word-ttrl`;

/** Adds `recipe` to the program. */
export function addRecipe(program: Command): void {
  program
    .command("recipe")
    .description(
      "a folder that continues a finished run on other machines, with TRL, verl or the authors' code",
    )
    .addArgument(new Argument("<trainer>", "what trains there").choices(["trl", "verl", "ttrl"]))
    .requiredOption("--run <folder>", "--out of a finished run")
    .requiredOption("--out <folder>", "where the bundle is written; must not exist")
    .option(
      "--steps <integer>",
      "steps to go on for; as many as the run had without it",
      numberWithin(CONFIG_FIELDS.steps),
    )
    .addHelpText("after", HELP)
    .action(async (recipe: Recipe, request: RecipeRequest) => {
      const { writeBundle } = await import("../recipe/bundle.ts");
      await writeBundle(recipe, request);
    });
}
