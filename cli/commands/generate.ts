/** `ttrl generate`: options and help. */
import type { Command } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import type { GenerateRequest } from "../models/generateResponses.ts";
import { InputError } from "../inputError.ts";
import { addOptions, backendOption, inferenceOptions, numberOption } from "./options.ts";

const HELP = `
Prints one JSON line for each response: prompt (and id, where the file has one), response, tokens (ids, the end token
included), finished (false if truncated), and with --logprobs the log-probability of each token in nats, under the
distribution it was drawn from.

Examples:
  ttrl generate --model public/models/abacus-0.2M --prompt "Zoe has 17 pens. She finds 8 more. How many pens now?"
  ttrl generate --model out/word/model --prompts questions.jsonl --count 16 --temperature 0.6 --top-p 0.95
  ttrl generate --model out/word/model --prompt "7 + 5 =" --greedy`;

/** Adds `generate` to the program. */
export function addGenerate(program: Command): void {
  const { temperature, topP, maxResponseTokens, seed, votesPerQuestion } = CONFIG_FIELDS;
  const command = program.command("generate").description("sample responses to prompts");
  addOptions(command, inferenceOptions())
    .option("--prompt <text>", "one prompt, formatted by the model's chat template")
    .option("--prompts <file>", 'JSONL, each line an object with a "prompt"; - is standard input')
    .addOption(
      numberOption("--count <integer>", votesPerQuestion, {
        meaning: "Responses to each prompt.",
        default: 1,
      }),
    )
    .addOption(numberOption("--temperature <number>", { ...temperature, min: 0 }, { meaning: TEMPERATURE }))
    .addOption(numberOption("--top-p <number>", topP, { meaning: TOP_P }))
    .addOption(numberOption("--max-tokens <integer>", maxResponseTokens))
    .addOption(
      numberOption("--seed <integer>", seed, { meaning: "Same seed, same backend: same responses." }),
    )
    .option("--greedy", "decode greedily (temperature 0)")
    .option("--logprobs", "print the log-probability of every token")
    .addOption(backendOption())
    .addHelpText("after", HELP)
    .action(async (request: GenerateRequest) => {
      if ((request.prompt === undefined) === (request.prompts === undefined)) {
        throw new InputError("generate needs either --prompt <text> or --prompts <file>");
      }
      const { generateResponses } = await import("../models/generateResponses.ts");
      await generateResponses(request);
    });
}

const TEMPERATURE = "Softmax temperature; 0 is greedy.";
const TOP_P = "Tokens are drawn from the smallest set with this probability.";
