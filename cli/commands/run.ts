/** `ttrl run`: options and help. */
import { type Command, Option } from "commander";
import type { BackendChoice } from "../../src/report/backend.ts";
import { InputError } from "../inputError.ts";
import {
  adapterOption,
  backendOption,
  cacheOption,
  configOptions,
  modelOption,
  numberWithin,
  suffixOption,
  systemOption,
} from "./options.ts";
import { PRESETS, readSettings, type PresetName } from "../files/settings.ts";

interface RunOptions {
  readonly model?: string;
  readonly cache?: string;
  readonly system: string;
  readonly suffix: string;
  readonly adapter?: string;
  readonly dataset?: string;
  readonly out?: string;
  readonly backend: BackendChoice;
  readonly preset?: PresetName;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly eval?: readonly string[];
  readonly labels: "own" | "none";
  readonly checkpointEvery: number;
  readonly resume?: string;
  readonly steps?: string;
  /** Other fields of the configuration, as they were typed. */
  readonly [field: string]: unknown;
}

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
    .description("teach a model without labels, and measure it before and after")
    .addOption(modelOption())
    .addOption(cacheOption())
    .addOption(systemOption())
    .addOption(suffixOption())
    .addOption(adapterOption("the run trains it on, by the rank, alpha and targets it has"))
    .option("--dataset <file>", "questions to learn from, JSON or JSONL; answers serve the metrics alone")
    .option("--out <folder>", "where the run is written; must hold no other run")
    .addOption(backendOption())
    .addOption(presetOption())
    .option("--config <file>", "JSON object of settings by name, or the run.json of another run")
    .option("--set <name=value...>", "settings by name, over those of --config")
    .option("--eval <file...>", "further data sets to measure by before and after: held out, transfer")
    .addOption(labelsOption())
    .addOption(checkpointOption())
    .option(
      "--resume <folder>",
      "continue the run in this folder; only --steps and --cache may be given with it",
    )
    .addHelpText("after", HELP);
  for (const option of configOptions()) command.addOption(option);
  command.action(async (options: RunOptions) => {
    const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === "cli");
    await (options.resume === undefined ? start(options) : resume(options.resume, options, given));
  });
}

/** The option that names a set of settings. */
export function presetOption(): Option {
  return new Option(
    "--preset <name>",
    "settings to begin with: paper are the authors', the defects of their code included",
  ).choices(Object.keys(PRESETS));
}

function labelsOption(): Option {
  return new Option(
    "--labels <which>",
    "none leaves the answers of --dataset unread: nothing learnt may change",
  )
    .choices(["own", "none"])
    .default("own");
}

function checkpointOption(): Option {
  return new Option("--checkpoint-every <steps>", "steps between checkpoints")
    .argParser(numberWithin({ kind: "integer", min: 1, max: 100_000 }))
    .default(10);
}

async function start(options: RunOptions): Promise<void> {
  const { model, cache, dataset, out, backend, adapter, preset, config, set, labels, checkpointEvery } =
    options;
  if (model === undefined || dataset === undefined || out === undefined) {
    throw new InputError(
      "run needs --model <folder>, --dataset <file> and --out <folder>, or --resume <folder>",
    );
  }
  const { readAdapterFile, adapterSettings } = await import("../models/adapterFile.ts");
  const sources = {
    ...(adapter !== undefined && { adapter: adapterSettings(readAdapterFile(adapter)) }),
    ...(preset !== undefined && { preset }),
    ...(config !== undefined && { config }),
    ...(set && { set }),
    options,
  };
  const { startRun } = await import("../runs/run.ts");
  const prompt = { system: options.system, suffix: options.suffix };
  const paths = {
    model,
    cache,
    dataset,
    evals: options.eval ?? [],
    ...(adapter !== undefined && { adapter }),
  };
  const request = { ...paths, prompt, out, backend, labels, checkpointEvery };
  await startRun({ ...request, config: readSettings(sources) });
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
