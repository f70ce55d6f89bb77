/** `ttrl run`: options and help. */
import { Option, type Command } from "commander";
import { InputError } from "../inputError.ts";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import { frameOf, type PromptFlags } from "../models/promptFlags.ts";
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
  Pick<RunRequest, "cache" | "adapter" | "backend" | "labels" | "checkpointEvery" | "logResponses"> &
  Partial<Pick<RunRequest, "model" | "dataset" | "out">> &
  PromptFlags & {
    readonly eval?: readonly string[];
    readonly resume?: string;
    readonly steps?: string;
  };

const HELP = `
Writes to --out: metrics.jsonl (a line per step and evaluation, bit for bit reproducible), timing.jsonl (wall-clock
times of the same lines), responses.jsonl.gz (prompts, responses, answers, votes and rewards), run.json (the
configuration), checkpoint/ (for --resume) and model/ (the trained model as a Hugging Face folder, with model card,
run.json, metrics.csv and metrics.json). With --trainable lora, model/ contains the merged weights, and adapter/ the
adapter in PEFT's format, from which --adapter continues.
Prints one JSON line: pass@1 and Maj@N before and after.
Ctrl-C stops the run after writing a checkpoint.

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
    .description("train a model without labels, and evaluate it before and after");
  addOptions(command, modelOptions("the run continues to train it, with its rank, alpha and target modules"))
    .option(
      "--dataset <source>",
      "questions to learn from: file, archive, folder or hf:datasets/owner/name (see ttrl dataset); answers serve the metrics only",
    )
    .option("--out <folder>", "output folder; must not contain another run")
    .addOption(backendOption());
  addOptions(command, [...datasetOptions(), ...settingsOptions()])
    .option("--eval <source...>", "further data sets to evaluate before and after: held-out, transfer")
    .addOption(
      new Option("--labels <which>", "none ignores the answers in --dataset; training must not change")
        .choices(["own", "none"])
        .default("own"),
    )
    .addOption(
      new Option("--checkpoint-every <steps>", "steps between checkpoints")
        .argParser(numberWithin({ kind: "integer", min: 1, max: 100_000 }))
        .default(10),
    )
    .option(
      "--log-responses",
      "also write the responses of every step to responses.jsonl.gz, not only of evaluations",
    )
    .option("--resume <folder>", "continue the run in this folder; allows only --steps and --cache besides")
    .addHelpText("after", HELP)
    .action(async (options: RunOptions) => {
      if (options.resume === undefined) return start(options);
      const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === "cli");
      return resume(options.resume, options, given);
    });
  addOptions(command, configOptions());
}

async function start(options: RunOptions): Promise<void> {
  const { model, dataset, out, adapter, eval: evals = [] } = options;
  if (model === undefined || dataset === undefined || out === undefined) {
    throw new InputError(
      "run needs --model <source>, --dataset <source> and --out <folder>, or --resume <folder>",
    );
  }
  const { readAdapterFile, adapterSettings } = await import("../models/adapterFile.ts");
  const { startRun } = await import("../runs/run.ts");
  const config = readSettings(
    options,
    adapter === undefined ? {} : adapterSettings(readAdapterFile(adapter)),
  );
  const data = { dataset, datasetOptions: datasetOptionsOf(options) };
  await startRun({ ...options, ...data, model, out, evals, prompt: frameOf(options), config });
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
