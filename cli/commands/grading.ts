/** `ttrl extract` and `ttrl grade`: the answers of responses, and the grades of answers. */
import { Option, type Command } from "commander";
import * as z from "zod";
import { GRADERS, type GradingSetting } from "../../src/grading/graders.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";

const id = z.union([z.string(), z.number()]);
const task = z.enum(["math", "gpqa"]);
const responseLine = z.object({ id, task, response: z.string() });
const pairLine = z.object({ id, task: task.default("math"), given: z.string(), truth: z.string() });

const EXTRACT_HELP = `
Input, one JSON object a line: id, task ("math" or "gpqa"), response (text).
Output, one line each: id, extracted (the answer; null without one, or "" under the paper's rules).

Example:
  echo '{"id":1,"task":"math","response":"So \\\\boxed{\\\\frac12}."}' | ttrl extract --setting paper`;

const GRADE_HELP = `
Input, one JSON object a line: id, given (an extracted answer), truth, task ("math" or "gpqa"; "math" when absent).
Output, one line each: id, equal (true, false, or null when that could not be decided within the time for a pair).

Example:
  echo '{"id":1,"given":"0.5","truth":"\\\\frac{1}{2}"}' | ttrl grade --setting paper`;

/** Returns `--setting`, the grading rules. */
export function settingOption(): Option {
  return new Option("--setting <rules>", "whose rules: corrected, or paper for the authors' to the letter")
    .choices(Object.keys(GRADERS))
    .default("corrected" satisfies GradingSetting);
}

/** Adds `extract` to the program. */
export function addExtract(program: Command): void {
  program
    .command("extract")
    .description("the answer of each response: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of responses; standard input without one", "-")
    .addOption(settingOption())
    .addHelpText("after", EXTRACT_HELP)
    .action(async (file: string, { setting }: { setting: GradingSetting }) => {
      for await (const { id, task, response } of readJsonLines(file, responseLine)) {
        writeJsonLine({ id, extracted: GRADERS[setting].extract(response, task) });
      }
    });
}

/** Adds `grade` to the program. */
export function addGrade(program: Command): void {
  program
    .command("grade")
    .description("whether two answers say the same, pair by pair: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of pairs; standard input without one", "-")
    .addOption(settingOption())
    .addHelpText("after", GRADE_HELP)
    .action(async (file: string, { setting }: { setting: GradingSetting }) => {
      for await (const { id, task, given, truth } of readJsonLines(file, pairLine)) {
        writeJsonLine({ id, equal: GRADERS[setting].equal(given, truth, task) });
      }
    });
}
