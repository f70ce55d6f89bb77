/** `ttrl plan`: options and help. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { configOptions, modelOption } from "./options.ts";
import { readSettings, type PresetName } from "../files/settings.ts";
import { presetOption } from "./run.ts";

interface PlanOptions {
  readonly model: string;
  readonly dataset?: string;
  readonly backend: "auto" | "wasm" | "webgpu";
  readonly limit?: number;
  readonly format: "markdown" | "json";
  readonly preset?: PresetName;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly [field: string]: unknown;
}

const HELP = `
Prints what a run would take in memory, by part, without running it: what it would be cut to so that it fits, and
where that does not help, the smallest change that does; then the exit status is 2. Responses are taken to be as
long as they may get. Without --dataset prompts count 128 tokens, and of a folder config.json alone is read.

Examples:
  ttrl plan --model public/models/abacus-0.2M --dataset public/datasets/word.json --backend wasm
  ttrl plan --model Qwen2.5-1.5B/config.json --backend webgpu --limit 8GB --set maxResponseTokens=512`;

/** Adds `plan` to the program. */
export function addPlan(program: Command): void {
  const command = program
    .command("plan")
    .description("tell what memory a run would take")
    .addOption(modelOption().makeOptionMandatory())
    .option("--dataset <file>", "questions to learn from, JSON or JSONL")
    .addOption(backendOption())
    .option(
      "--limit <size>",
      "memory there is, such as 8GB (on WASM 4GB at most; of a GPU nobody tells)",
      parseSize,
    )
    .addOption(formatOption())
    .addOption(presetOption())
    .option("--config <file>", "JSON object of settings by name, or the run.json of another run")
    .option("--set <name=value...>", "settings by name, over those of --config")
    .addHelpText("after", HELP);
  for (const option of configOptions()) command.addOption(option);
  command.action(async (options: PlanOptions) => {
    const { preset, config, set } = options;
    const sources = {
      ...(preset !== undefined && { preset }),
      ...(config !== undefined && { config }),
      ...(set && { set }),
      options,
    };
    const { planModel } = await import("../models/planModel.ts");
    await planModel({ ...options, config: readSettings(sources) });
  });
}

function backendOption(): Option {
  return new Option("--backend <name>", "auto plans for WebGPU on a hardware adapter, else for WASM")
    .choices(["auto", "wasm", "webgpu"])
    .default("auto");
}

function formatOption(): Option {
  return new Option("--format <name>", "how the plan is written")
    .choices(["markdown", "json"])
    .default("markdown");
}

const UNITS: Readonly<Record<string, number>> = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/** "8GB" -> bytes, a GB being 2^30. */
function parseSize(text: string): number {
  const [, number, unit = ""] = /^([\d.]+) ?([KMGT]i?B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase().replace("I", "")] ?? Number.NaN);
  if (!(bytes > 0)) throw new InvalidArgumentError("Give a size such as 8GB or 512MB.");
  return bytes;
}
