/** `ttrl vote`: responses in, vote and rewards out; the method's own rules on anybody's samples. */
import type { Command } from "commander";
import * as z from "zod";
import { mean } from "../../src/math/stats.ts";
import { answerFormatProblem, AUTO } from "../../src/grading/answerFormat.ts";
import type { GradingSetting } from "../../src/grading/graders.ts";
import { extractAnswers, gradeAnswer, gradeLabel } from "../../src/rl/answer.ts";
import { answerRules } from "../../src/rl/answerRules.ts";
import type { AnswerRules } from "../../src/rl/contracts/types.ts";
import { rewardFor } from "../../src/rl/reward.ts";
import type { Answer } from "../../src/rl/contracts/types.ts";
import { majorityVote } from "../../src/rl/vote.ts";
import { answerFormatOption, checkAnswerOptions, settingOption, type AnswerOptions } from "./grading.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";

const groupLine = z.object({
  id: z.union([z.string(), z.number()]),
  task: z.enum(["math", "gpqa"]),
  responses: z.array(z.string()).min(1),
  options: z.int().min(2).max(26).optional(),
  truth: z.nullish(z.union([z.string(), z.number()])),
  /** Of the response log of a run; passed on. */
  kind: z.exactOptional(z.string()),
  step: z.exactOptional(z.number()),
  dataset: z.exactOptional(z.string()),
});

/** A group and the rules by which a run read its answers. */
const loggedLine = groupLine.extend({
  rules: z.optional(
    z.object({
      answers: z.enum(["corrected", "paper"] satisfies GradingSetting[]),
      answerFormat: z
        .string()
        .refine((format) => answerFormatProblem(format) === null, "is no answer format"),
    }),
  ),
});

/** The responses to one question, as a line of the input has them. */
export type GroupLine = z.infer<typeof groupLine>;

const HELP = `
Input, one JSON object a line: id, task ("math" or "gpqa"), responses (list of texts), truth (optional), options (of
"gpqa", how many letters there are; optional), such as responses.jsonl.gz of ttrl run, whose kind, step and dataset are
passed on, and whose rules apply where no option says otherwise.
Output, one line each: id, extracted (answer of every response, null without one), label (the majority's answer, null
when nobody answered), majority_count, rewards (1 for agreeing with the label), majority_ratio and
majority_voting_reward; with truth also label_accuracy, reward_accuracy, ground_truth_ratio, pass and ungraded_share:
the share of responses that could not be decided within the time for a pair, which the others leave out (null where
nothing is left). Under the paper's rules no answer is "", which votes like any other, and label_accuracy is the
authors' own: their code extracts from the label once more. label_accuracy_direct grades the label itself.

Examples:
  ttrl vote out/word/responses.jsonl.gz > votes.jsonl
  echo '{"id":1,"task":"math","responses":["\\\\boxed{4}","\\\\boxed{4}","5"],"truth":"4"}' | ttrl vote`;

/** Adds `vote` to the program. */
export function addVote(program: Command): void {
  program
    .command("vote")
    .description("majority vote, rewards and their accuracy for groups of responses: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of groups; standard input without one", "-")
    .addOption(settingOption().default(undefined, 'those of the input, else "corrected"'))
    .addOption(answerFormatOption().default(undefined, `that of the input, else "${AUTO}"`))
    .addHelpText("after", HELP)
    .action(async (file: string, options: Partial<AnswerOptions>) => {
      for await (const { rules, ...group } of readJsonLines(file, loggedLine)) {
        writeJsonLine(voteOn(group, rulesOf(rules, options)));
      }
    });
}

/** Whose rules, and where answers are. */
type RunRules = Pick<AnswerRules, "answers" | "answerFormat">;

/** Returns the rules that the options say, else those of the line, else the defaults. */
function rulesOf(logged: RunRules | undefined, { setting, answerFormat }: Partial<AnswerOptions>): RunRules {
  const answers = setting ?? logged?.answers ?? "corrected";
  if (answerFormat !== undefined) checkAnswerOptions({ setting: answers, answerFormat });
  return { answers, answerFormat: answerFormat ?? logged?.answerFormat ?? AUTO };
}

/** The vote on one group under the authors' names; the metrics that need the truth are absent without it. */
export function voteOn({ id, task, responses, truth, options, ...place }: GroupLine, how: RunRules) {
  const rules = answerRules({ task }, how);
  const extracted = extractAnswers(responses, rules, options);
  const { pseudoLabel: label, majorityCount, majorityRatio } = majorityVote(extracted);
  const rewards = extracted.map(oncePerAnswer((answer) => rewardFor(answer, label, rules)));
  return {
    ...place,
    id,
    extracted,
    label,
    majority_count: majorityCount,
    rewards,
    majority_ratio: majorityRatio,
    majority_voting_reward: mean(rewards),
    ...(truth == null ? {} : accuracy({ extracted, label, rewards }, String(truth), rules)),
  };
}

interface Outcome {
  readonly extracted: readonly Answer[];
  readonly label: Answer;
  readonly rewards: readonly number[];
}

function accuracy({ extracted, label, rewards }: Outcome, truth: string, rules: AnswerRules) {
  const direct = oncePerAnswer((answer) => answer !== null && gradeAnswer(answer, truth, rules));
  const grades = extracted.map(direct);
  const graded = grades.flatMap((grade, i) => (grade === null ? [] : [{ grade, reward: rewards[i] }]));
  return {
    label_accuracy: asNumber(label !== null && gradeLabel(label, truth, rules)),
    reward_accuracy: share(graded.map(({ grade, reward }) => Number(grade) === reward)),
    ground_truth_ratio: share(graded.map(({ grade }) => grade)),
    pass: grades.includes(true) ? 1 : grades.includes(null) ? null : 0,
    ungraded_share: mean(grades.map((grade) => Number(grade === null))),
    ...(rules.answers === "paper" && { label_accuracy_direct: asNumber(direct(label)) }),
  };
}

/** A function of answers that is computed once for each. */
function oncePerAnswer<T>(of: (answer: Answer) => T): (answer: Answer) => T {
  const known = new Map<Answer, { readonly value: T }>();
  return (answer) => {
    const found = known.get(answer) ?? { value: of(answer) };
    known.set(answer, found);
    return found.value;
  };
}

/** Share of what holds; null of nothing. */
function share(holds: readonly boolean[]): number | null {
  return holds.length === 0 ? null : mean(holds.map(Number));
}

function asNumber(grade: boolean | null): number | null {
  return grade === null ? null : Number(grade);
}
