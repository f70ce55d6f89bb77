/** `ttrl score`: options and help. */
import type { Command } from "commander";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import { addOptions, backendOption, inferenceOptions, numberOption } from "./options.ts";
import type { ScoreRequest } from "../models/scoreTexts.ts";

const HELP = `
Input, one JSON object a line: text, or tokens (ids, as ttrl generate prints them), and the prompt it responds to
(optional). The prompt goes through the model's chat template; without one the text follows the beginning-of-sequence
token. With --raw prompt and text are used verbatim; the first token of a text without a prompt then has no logprob
(null).
Output, one line each: the input line with tokens (ids), logprobs (nats) and their sum.

Examples:
  echo '{"prompt":"7 + 5 =","text":"The answer is 12."}' | ttrl score --model public/models/abacus-0.2M --in -
  ttrl generate --model out/word/model --prompt "7 + 5 =" | ttrl score --model public/models/abacus-0.2M --in -
  ttrl score --model public/models/abacus-0.2M --in texts.jsonl --raw`;

/** Adds `score` to the program. */
export function addScore(program: Command): void {
  const command = program.command("score").description("log-probability of every token of texts");
  addOptions(command, inferenceOptions())
    .requiredOption("--in <file>", "JSONL of texts; - is standard input")
    .option("--raw", "use prompt and text verbatim, without the chat template")
    .addOption(
      numberOption("--temperature <number>", CONFIG_FIELDS.temperature, {
        meaning: "Temperature of the distribution that logprobs refer to.",
      }),
    )
    .addOption(backendOption())
    .addHelpText("after", HELP)
    .action(async (request: ScoreRequest) => {
      const { scoreTexts } = await import("../models/scoreTexts.ts");
      await scoreTexts(request);
    });
}
