/** `ttrl eval`: options and help. */
import type { Command } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import { answerFormatOption } from "./grading.ts";
import { datasetOptions, datasetOptionsOf, type DatasetFlags } from "./datasetOptions.ts";
import { addOptions, backendOption, inferenceOptions, numberOption } from "./options.ts";
import type { EvaluationRequest } from "../models/evaluateModel.ts";

const HELP = `
Prints one JSON line: pass@1, Maj@N and pass@N with 95% bootstrap intervals over questions, the same by level, and
what needs no answers (majority ratio, unanswered and truncated share, entropy, response length).

Examples:
  ttrl eval --model public/models/abacus-0.2M --dataset public/datasets/word.json
  ttrl eval --model out/word/model --dataset public/datasets/word-heldout.json --samples 64 --seed 1`;

/** Adds `eval` to the program. */
export function addEval(program: Command): void {
  const {
    evaluationSamples,
    evaluationQuestions,
    evaluationTemperature,
    evaluationTopP,
    maxResponseTokens,
    seed,
  } = CONFIG_FIELDS;
  const command = program.command("eval").description("evaluate a model on a data set");
  addOptions(command, inferenceOptions()).requiredOption(
    "--dataset <source>",
    "questions and answers: file, archive, folder or hf:datasets/owner/name (see ttrl dataset)",
  );
  addOptions(command, datasetOptions())
    .addOption(numberOption("--samples <integer>", evaluationSamples))
    .addOption(
      numberOption("--questions <integer>", evaluationQuestions, { default: evaluationQuestions.max }),
    )
    .addOption(numberOption("--temperature <number>", evaluationTemperature))
    .addOption(numberOption("--top-p <number>", evaluationTopP))
    .addOption(numberOption("--max-response-tokens <integer>", maxResponseTokens))
    .addOption(answerFormatOption())
    .addOption(numberOption("--seed <integer>", seed, { meaning: "Same seed, same backend: same numbers." }))
    .option("--log-responses <file>", "write prompts, responses, answers and votes to a file (gzip of JSONL)")
    .option("--each", "also print pass@1 and majority of each question")
    .addOption(backendOption())
    .addHelpText("after", HELP)
    .action(async (request: EvaluationRequest & DatasetFlags) => {
      const { evaluateModel } = await import("../models/evaluateModel.ts");
      await evaluateModel({ ...request, datasetOptions: datasetOptionsOf(request) });
    });
}
