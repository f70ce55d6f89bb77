/** `ttrl extract` and `ttrl grade`: the answers of responses, and the grades of answers. */
import { InvalidArgumentError, Option, type Command } from "commander";
import * as z from "zod";
import { answerFormatProblem, AUTO } from "../../src/grading/answerFormat.ts";
import { GRADERS, type GradingSetting } from "../../src/grading/graders.ts";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import { InputError } from "../inputError.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";

const id = z.union([z.string(), z.number()]);
const task = z.enum(["math", "gpqa"]);
const truth = z.union([z.string(), z.number()]);
const responseLine = z.object({ id, task, response: z.string(), truth: z.optional(truth) });
const answer = z.nullable(z.string());
const pairLine = z
  .object({ id, task: task.default("math"), given: z.optional(answer), extracted: z.optional(answer), truth })
  .refine(({ given, extracted }) => given !== undefined || extracted !== undefined, {
    path: ["given"],
    message: "missing; give the answer, or null for none",
  });

const EXTRACT_HELP = `
Input, one JSON object a line: id, task ("math" or "gpqa"), response (text).
Output, one line each: id, extracted (the answer; null without one, or "" under the paper's rules). With a truth in the
input also task and truth, so that the output is input of grade.

Examples:
  echo '{"id":1,"task":"math","response":"So \\\\boxed{\\\\frac12}."}' | ttrl extract --setting paper
  ttrl extract --answer-format hash responses.jsonl | ttrl grade`;

const GRADE_HELP = `
Input, one JSON object a line: id, given or extracted (the answer; null for none, which equals nothing), truth, task ("math" or "gpqa"; "math" when absent).
Output, one line each: id, equal (true, false, or null when that could not be decided within the time for a pair).

Example:
  echo '{"id":1,"given":"0.5","truth":"\\\\frac{1}{2}"}' | ttrl grade --setting paper`;

/** Returns `--setting`, the grading rules. */
export function settingOption(): Option {
  return new Option("--setting <rules>", "whose rules: corrected, or paper for the authors' to the letter")
    .choices(Object.keys(GRADERS))
    .default("corrected" satisfies GradingSetting);
}

/** Options of the commands that read answers. */
export interface AnswerOptions {
  readonly setting: GradingSetting;
  readonly answerFormat: string;
}

/** Returns `--answer-format`. */
export function answerFormatOption(): Option {
  return new Option("--answer-format <format>", CONFIG_FIELDS.answerFormat.meaning)
    .argParser((format: string): string => {
      const problem = answerFormatProblem(format);
      if (problem !== null) throw new InvalidArgumentError(`It ${problem}.`);
      return format;
    })
    .default(AUTO);
}

/** Throws if a format is given for the authors' rules, which have none. */
export function checkAnswerOptions({ setting, answerFormat }: AnswerOptions): void {
  if (setting === "corrected" || answerFormat === AUTO) return;
  throw new InputError(
    `--answer-format ${answerFormat} needs --setting corrected: the authors' rules find answers their own way`,
  );
}

/** Adds `extract` to the program. */
export function addExtract(program: Command): void {
  program
    .command("extract")
    .description("the answer of each response: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of responses; standard input without one", "-")
    .addOption(settingOption())
    .addOption(answerFormatOption())
    .addHelpText("after", EXTRACT_HELP)
    .action(async (file: string, options: AnswerOptions) => {
      checkAnswerOptions(options);
      for await (const { id, task, response, truth } of readJsonLines(file, responseLine)) {
        const extracted = GRADERS[options.setting].extract(response, task, options.answerFormat);
        writeJsonLine({ id, extracted, ...(truth !== undefined && { task, truth }) });
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
      for await (const { id, task, given, extracted, truth } of readJsonLines(file, pairLine)) {
        const answer = given ?? extracted ?? null;
        writeJsonLine({ id, equal: answer !== null && GRADERS[setting].equal(answer, String(truth), task) });
      }
    });
}
