/** `ttrl models`: options and help. */
import type { Command } from "commander";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import type { ModelsRequest } from "../models/listModels.ts";
import { addOptions, configOptions, planningOptions, settingsOptions } from "./options.ts";

type ModelsOptions = Omit<ModelsRequest, "config"> & SettingOptions;

const HELP = `
Lists models of the Hub worth starting with, each pinned to a commit: size, licence, context, whether a run with the given
settings fits into memory and what would make it fit. Nothing is downloaded. With --measure the machine samples for about
two seconds, from which the speed of each model is estimated; it is kept for later calls.

Examples:
  ttrl models
  ttrl models --backend webgpu --limit 8GB --measure
  ttrl run --model hf:<id of the list> --dataset questions.jsonl --out out/mine`;

/** Adds `models` to the program. */
export function addModels(program: Command): void {
  const command = program
    .command("models")
    .description("list models of the Hub, with what fits this machine");
  addOptions(command, planningOptions())
    .option("--measure", "measure this machine's sampling speed", false)
    .addHelpText("after", HELP)
    .action(async (options: ModelsOptions) => {
      const { listModels } = await import("../models/listModels.ts");
      await listModels({ ...options, config: readSettings(options) });
    });
  addOptions(command, [...settingsOptions(), ...configOptions()]);
}
