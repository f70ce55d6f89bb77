/** `ttrl experiment`: options and help. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../inputError.ts";
import { backendOption, numberWithin } from "./options.ts";

interface ExperimentOptions {
  readonly out?: string;
  readonly earlier?: string;
  readonly list?: true;
  readonly report?: true;
  readonly jobs: number;
  readonly only?: readonly string[];
  readonly seeds?: readonly number[];
  readonly backend: string;
}

const HELP = `
An experiment is a file in experiments/: models, data sets, variants, seeds, the columns of its table and its figure.
Writes to --out: <name>.json (a summary of every run), <name>.svg (the figure), <name>.md (the table, with 95%
intervals), and in cells/ each run and evaluation, in a folder named by a hash of everything that determines its numbers.
Prints one JSON line per experiment: how many of its runs are finished, and where the result is.
Finished cells are skipped, including those of other experiments; an interrupted run continues.

Examples:
  ttrl experiment --list
  ttrl experiment main --out out/experiments --list
  ttrl experiment main levels --out out/experiments --jobs 2
  ttrl experiment main --out out/experiments --only word-0.2M --seeds 0 1 2
  ttrl experiment main --out out/experiments --earlier docs/experiments`;

/** Adds `experiment` to the program. */
export function addExperiment(program: Command): void {
  program
    .command("experiment")
    .description("run experiments of the paper and others, and write their tables and figures")
    .argument("[names...]", "experiments, such as main; --list shows all")
    .option("--out <folder>", "output folder for cells and results; experiments share cells")
    .option(
      "--earlier <folder>",
      "results from earlier or another machine, such as docs/experiments; their runs count as finished",
    )
    .option("--list", "list the experiments, or the cells of those named with their state; run nothing")
    .option("--report", "write the results of the finished cells; run nothing")
    .addOption(
      new Option("--jobs <integer>", "cells to run in parallel")
        .argParser(numberWithin({ kind: "integer", min: 1, max: 64 }))
        .default(2),
    )
    .option("--only <variant...>", "only these variants")
    .addOption(new Option("--seeds <seed...>", "only these seeds").argParser(collectSeed))
    .addOption(backendOption().default("wasm"))
    .addHelpText("after", HELP)
    .action(async (names: readonly string[], options: ExperimentOptions) => {
      await (options.list === true ? list(names, options) : run(names, options));
    });
}

const wholeNumber = numberWithin({ kind: "integer", min: 0, max: 2 ** 31 - 1 });

function collectSeed(text: string, before: readonly number[] | undefined): number[] {
  const seed = wholeNumber(text);
  if (before?.includes(seed) === true) throw new InvalidArgumentError("Give each seed once.");
  return [...(before ?? []), seed];
}

async function list(names: readonly string[], options: ExperimentOptions): Promise<void> {
  const { listCells, listExperiments, plansOf } = await import("../experiments/plan.ts");
  if (names.length === 0) {
    process.stdout.write(listExperiments());
    return;
  }
  const request = requestOf(names, options);
  for (const plan of plansOf(request)) process.stdout.write(listCells(plan, request.out));
}

async function run(names: readonly string[], options: ExperimentOptions): Promise<void> {
  if (names.length === 0) throw new InputError("experiment needs a name; ttrl experiment --list shows them");
  const request = requestOf(names, options);
  const { reportExperiments, runExperiments } = await import("../experiments/experiment.ts");
  if (options.report === true) reportExperiments(request);
  else await runExperiments(request);
}

function requestOf(names: readonly string[], options: ExperimentOptions) {
  const { out, earlier, jobs, only = [], seeds = [], backend } = options;
  if (out === undefined)
    throw new InputError("experiment needs --out <folder>; finished cells in it are reused");
  return { names, out: resolve(out), earlier: earlier ?? null, jobs, only, seeds, backend };
}
