/** `ttrl grade`: pairs of answers in, whether they say the same out. */
import type { Command } from "commander";
import * as z from "zod";
import { GRADERS, type GradingSetting } from "../../src/grading/graders.ts";
import { settingOption } from "./graders.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";

const pairLine = z.object({
  id: z.union([z.string(), z.number()]),
  task: z.enum(["math", "gpqa"]).default("math"),
  given: z.string(),
  truth: z.string(),
});

const HELP = `
Input, one JSON object a line: id, given (an extracted answer), truth, task ("math" or "gpqa"; "math" when absent).
Output, one line each: id, equal (true, false, or null when that could not be decided within the time for a pair).

Example:
  echo '{"id":1,"given":"0.5","truth":"\\\\frac{1}{2}"}' | ttrl grade --setting paper`;

/** Adds `grade` to the program. */
export function addGrade(program: Command): void {
  program
    .command("grade")
    .description("whether two answers say the same, pair by pair: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of pairs; standard input without one", "-")
    .addOption(settingOption())
    .addHelpText("after", HELP)
    .action(async (file: string, { setting }: { setting: GradingSetting }) => {
      for await (const { id, task, given, truth } of readJsonLines(file, pairLine)) {
        writeJsonLine({ id, equal: GRADERS[setting].equal(given, truth, task) });
      }
    });
}
