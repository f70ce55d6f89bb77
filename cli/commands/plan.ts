/** `ttrl plan`: options and help. */
import { Option, type Command } from "commander";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import type { PlanRequest } from "../models/planModel.ts";
import { addOptions, configOptions, modelOption, settingsOptions, sizeParser } from "./options.ts";

type PlanOptions = Omit<PlanRequest, "config"> & SettingOptions;

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
    .addOption(
      new Option("--backend <name>", "auto plans for WebGPU on a hardware adapter, else for WASM")
        .choices(["auto", "wasm", "webgpu"])
        .default("auto"),
    )
    .option(
      "--limit <size>",
      "memory there is, such as 8GB (on WASM 4GB at most; of a GPU nobody tells)",
      sizeParser(1024, "8GB or 512MB"),
    )
    .addOption(
      new Option("--format <name>", "how the plan is written")
        .choices(["markdown", "json"])
        .default("markdown"),
    )
    .addHelpText("after", HELP)
    .action(async (options: PlanOptions) => {
      const { planModel } = await import("../models/planModel.ts");
      await planModel({ ...options, config: readSettings(options) });
    });
  addOptions(command, [...settingsOptions(), ...configOptions()]);
}
