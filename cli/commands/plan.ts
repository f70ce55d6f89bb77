/** `ttrl plan`: options and help. */
import type { Command } from "commander";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import { columnOptions, datasetOptionsOf, type DatasetFlags } from "./datasetOptions.ts";
import type { PlanRequest } from "../models/planModel.ts";
import {
  addOptions,
  cacheOption,
  configOptions,
  modelOption,
  planningOptions,
  settingsOptions,
} from "./options.ts";

type PlanOptions = Omit<PlanRequest, "config" | "datasetOptions"> & SettingOptions & ColumnFlags;

type ColumnFlags = Pick<DatasetFlags, "map" | "split">;

const HELP = `
Prints the memory a run needs, by part, without running it: the batch sizes at which it fits or, if it does not fit at
any, the smallest change of a setting that makes it fit; the exit status is then 2. Responses are assumed to have the
maximum length. Without --dataset, prompts are assumed to have 128 tokens, and only config.json of a folder is read.

Examples:
  ttrl plan --model public/models/abacus-0.2M --dataset public/datasets/word.json --backend wasm
  ttrl plan --model Qwen2.5-1.5B/config.json --backend webgpu --limit 8GB --set maxResponseTokens=512`;

/** Adds `plan` to the program. */
export function addPlan(program: Command): void {
  const command = program
    .command("plan")
    .description("estimate the memory a run needs")
    .addOption(modelOption().makeOptionMandatory())
    .option("--dataset <source>", "questions to learn from: file, archive, folder or hf:datasets/owner/name")
    .addOption(cacheOption());
  addOptions(command, [...columnOptions(), ...planningOptions()])
    .addHelpText("after", HELP)
    .action(async ({ map, split, ...options }: PlanOptions) => {
      const { planModel } = await import("../models/planModel.ts");
      const config = readSettings(options);
      await planModel({
        ...options,
        config,
        datasetOptions: datasetOptionsOf({ ...(map && { map }), ...(split !== undefined && { split }) }),
      });
    });
  addOptions(command, [...settingsOptions(), ...configOptions()]);
}
