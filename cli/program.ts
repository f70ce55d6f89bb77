/** The command line: commands, their options and help. Each command loads what it needs when it runs. */
import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addDataset } from "./commands/dataset.ts";
import { addEval } from "./commands/eval.ts";
import { addExperiment } from "./commands/experiment.ts";
import { addExport } from "./exports/export.ts";
import { addGenerate } from "./commands/generate.ts";
import { addExtract, addGrade } from "./commands/grading.ts";
import { addModels } from "./commands/models.ts";
import { addPlan } from "./commands/plan.ts";
import { addRun } from "./commands/run.ts";
import { addScore } from "./commands/score.ts";
import { addTry } from "./commands/try.ts";
import { addVote } from "./commands/vote.ts";

/** The program, ready to parse arguments; errors are thrown for the caller to report. */
export function createProgram(): Command {
  const program = new Command("ttrl")
    .description(`${packageJson.description}; this is its command line`)
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .addHelpText("after", "\nHelp for a command: ttrl run --help");
  addRun(program);
  addDataset(program);
  addTry(program);
  addEval(program);
  addGenerate(program);
  addScore(program);
  addVote(program);
  addExport(program);
  addExtract(program);
  addGrade(program);
  addExperiment(program);
  addPlan(program);
  addModels(program);
  return program;
}
