/** `ttrl extract`: responses in, their answers out. */
import type { Command } from "commander";
import * as z from "zod";
import { GRADERS, type GradingSetting } from "../../src/grading/graders.ts";
import { settingOption } from "./graders.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";

const responseLine = z.object({
  id: z.union([z.string(), z.number()]),
  task: z.enum(["math", "gpqa"]),
  response: z.string(),
});

const HELP = `
Input, one JSON object a line: id, task ("math" or "gpqa"), response (text).
Output, one line each: id, extracted (the answer; null without one, or "" under the paper's rules).

Example:
  echo '{"id":1,"task":"math","response":"So \\\\boxed{\\\\frac12}."}' | ttrl extract --setting paper`;

/** Adds `extract` to the program. */
export function addExtract(program: Command): void {
  program
    .command("extract")
    .description("the answer of each response: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of responses; standard input without one", "-")
    .addOption(settingOption())
    .addHelpText("after", HELP)
    .action(async (file: string, { setting }: { setting: GradingSetting }) => {
      for await (const { id, task, response } of readJsonLines(file, responseLine)) {
        writeJsonLine({ id, extracted: GRADERS[setting].extract(response, task) });
      }
    });
}
