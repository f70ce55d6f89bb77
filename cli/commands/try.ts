/** `ttrl try`: options and help. */
import type { Command } from "commander";
import { readSettings, type SettingOptions } from "../files/settings.ts";
import type { TryRequest } from "../models/tryModel.ts";
import { datasetOptions, datasetOptionsOf, type DatasetFlags } from "./datasetOptions.ts";
import { addOptions, backendOption, configOptions, inferenceOptions, settingsOptions } from "./options.ts";

const HELP = `
Samples 8 responses to the first 2 questions as a run with the same options would, and shows the prompt as sent, each
response with its answer between >> and <<, the ground truth, how the response ended and what is wrong with them.

Examples:
  ttrl try --model public/models/abacus-0.2M --dataset public/datasets/word.json
  ttrl try --model out/word/model --dataset mine.jsonl --map truth=label --answer-format last-number --json`;

/** Adds `try` to the program. */
export function addTry(program: Command): void {
  const command = program.command("try").description("sample a few responses before a run, and check them");
  addOptions(command, inferenceOptions())
    .requiredOption("--dataset <source>", "questions: file, archive or folder (see ttrl dataset)")
    .addOption(backendOption());
  addOptions(command, [...datasetOptions(), ...settingsOptions()])
    .option("--json", "print one JSON object: questions with their responses, and findings")
    .addHelpText("after", HELP)
    .action(
      async (options: SettingOptions & DatasetFlags & Omit<TryRequest, "config" | "datasetOptions">) => {
        const { tryModel } = await import("../models/tryModel.ts");
        const config = readSettings(options);
        await tryModel({ ...options, config, datasetOptions: datasetOptionsOf(options) });
      },
    );
  addOptions(command, configOptions());
}
