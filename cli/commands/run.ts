/** `ttrl run`: options and help. */
import { Option, type Command } from "commander";
import { InputError } from "../inputError.ts";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import type { RunRequest } from "../runs/run.ts";
import { datasetOptions, datasetOptionsOf, type DatasetFlags } from "./datasetOptions.ts";
import {
  addOptions,
  backendOption,
  configOptions,
  modelOptions,
  numberWithin,
  settingsOptions,
} from "./options.ts";

type RunOptions = SettingOptions &
  DatasetFlags &
  Pick<RunRequest, "cache" | "adapter" | "backend" | "labels" | "checkpointEvery"> &
  Partial<Pick<RunRequest, "model" | "dataset" | "out">> &
  RunRequest["prompt"] & {
    readonly eval?: readonly string[];
    readonly resume?: string;
    readonly steps?: string;
  };

const HELP = `
Writes into --out: metrics.jsonl (a line for each step and evaluation, the same bit for bit whenever the run is
repeated), timing.jsonl (their wall-clock), run.json (what was asked for), checkpoint/ (what --resume continues from)
and model/ (the trained model, an ordinary Hugging Face folder, with its card, run.json, metrics.csv and metrics.json).
With --trainable lora an adapter is trained beside frozen weights: model/ then has it merged in, and adapter/ holds it
in PEFT's format, to go on from with --adapter.
Prints one JSON line: base and final pass@1 and Maj@N.
Ctrl-C stops at the next moment that can be continued from, and writes a checkpoint.

Examples:
  ttrl run --model public/models/abacus-0.2M --dataset public/datasets/word.json --steps 100 --seed 1 --out out/word
  ttrl run --model public/models/abacus-0.2M --dataset word.json --out out/a --eval word-heldout.json expression.json
  ttrl run --model public/models/abacus-0.2M --dataset word.json --out out/b --set learningRate=3e-5 advantage=dr-grpo
  ttrl run --model hf:Qwen/Qwen2.5-0.5B-Instruct --dataset math.json --out out/c --suffix $'\\nPut your answer within \\\\boxed{}.'
  ttrl run --model public/models/abacus-0.2M --dataset word.json --out out/c --trainable lora --learning-rate 1e-3
  ttrl run --resume out/word
  ttrl run --resume out/word --steps 200`;

/** Adds `run` to the program. */
export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("teach a model without labels, and measure it before and after");
  addOptions(command, modelOptions("the run trains it on, by the rank, alpha and targets it has"))
    .option(
      "--dataset <source>",
      "questions to learn from: file, archive or folder (see ttrl dataset); answers serve the metrics only",
    )
    .option("--out <folder>", "where the run is written; must hold no other run")
    .addOption(backendOption());
  addOptions(command, [...datasetOptions(), ...settingsOptions()])
    .option("--eval <file...>", "further data sets to measure by before and after: held out, transfer")
    .addOption(
      new Option("--labels <which>", "none leaves the answers of --dataset unread: nothing learnt may change")
        .choices(["own", "none"])
        .default("own"),
    )
    .addOption(
      new Option("--checkpoint-every <steps>", "steps between checkpoints")
        .argParser(numberWithin({ kind: "integer", min: 1, max: 100_000 }))
        .default(10),
    )
    .option(
      "--resume <folder>",
      "continue the run in this folder; only --steps and --cache may be given with it",
    )
    .addHelpText("after", HELP)
    .action(async (options: RunOptions) => {
      if (options.resume === undefined) return start(options);
      const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === "cli");
      return resume(options.resume, options, given);
    });
  addOptions(command, configOptions());
}

async function start(options: RunOptions): Promise<void> {
  const { model, dataset, out, adapter, system, suffix, eval: evals = [] } = options;
  if (model === undefined || dataset === undefined || out === undefined) {
    throw new InputError(
      "run needs --model <folder>, --dataset <source> and --out <folder>, or --resume <folder>",
    );
  }
  const { readAdapterFile, adapterSettings } = await import("../models/adapterFile.ts");
  const { startRun } = await import("../runs/run.ts");
  const config = readSettings(
    options,
    adapter === undefined ? {} : adapterSettings(readAdapterFile(adapter)),
  );
  const data = { dataset, datasetOptions: datasetOptionsOf(options) };
  await startRun({ ...options, ...data, model, out, evals, prompt: { system, suffix }, config });
}

async function resume(folder: string, options: RunOptions, given: readonly string[]): Promise<void> {
  const surplus = given.filter((name) => !["resume", "steps", "cache"].includes(name));
  if (surplus.length > 0) {
    throw new InputError(
      `--resume continues a run as it was begun: only --steps and --cache may be given, not ${surplus.join(", ")}`,
    );
  }
  const { resumeRun } = await import("../runs/run.ts");
  await resumeRun(folder, options);
}
