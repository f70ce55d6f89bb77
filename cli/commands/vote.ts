/** `ttrl vote`: responses in, vote and rewards out; the method's own rules on anybody's samples. */
import type { Command } from "commander";
import * as z from "zod";
import { paperAccuracy, paperVote } from "../../src/grading/paper/vote.ts";
import { answersEqual, extractAnswers } from "../../src/rl/answer.ts";
import { rewardFor } from "../../src/rl/reward.ts";
import type { Task } from "../../src/rl/types.ts";
import { majorityVote } from "../../src/rl/vote.ts";
import { mean } from "../../src/math/stats.ts";
import { settingOption, type GradingSetting } from "../graders.ts";
import { readJsonLines, writeJsonLine } from "../jsonLines.ts";

const groupLine = z.object({
  id: z.union([z.string(), z.number()]),
  task: z.enum(["math", "gpqa"]),
  responses: z.array(z.string()).min(1),
  truth: z.nullish(z.union([z.string(), z.number()])),
});

/** The responses to one question, as a line of the input has them. */
export type GroupLine = z.infer<typeof groupLine>;

const HELP = `
Input, one JSON object a line: id, task ("math" or "gpqa"), responses (list of texts), truth (optional).
Output, one line each: id, extracted (answer of every response, null without one), label (the majority's answer, null
when nobody answered), majority_count, rewards (1 for agreeing with the label), majority_ratio and
majority_voting_reward; with truth also label_accuracy, reward_accuracy, ground_truth_ratio and pass. Under the
paper's rules no answer is "", which votes like any other, and label_accuracy is the authors' own: their code extracts
from the label once more. label_accuracy_direct grades the label itself.

Examples:
  ttrl vote < responses.jsonl > votes.jsonl
  echo '{"id":1,"task":"math","responses":["\\\\boxed{4}","\\\\boxed{4}","5"],"truth":"4"}' | ttrl vote`;

/** Adds `vote` to the program. */
export function addVote(program: Command): void {
  program
    .command("vote")
    .description("majority vote, rewards and their accuracy for groups of responses: JSONL in, JSONL out")
    .argument("[file]", "JSONL file of groups; standard input without one", "-")
    .addOption(settingOption())
    .addHelpText("after", HELP)
    .action(async (file: string, { setting }: { setting: GradingSetting }) => {
      const vote = setting === "paper" ? paperVoteOn : voteOn;
      for await (const group of readJsonLines(file, groupLine)) writeJsonLine(vote(group));
    });
}

/** The vote on one group as the paper's authors run it, under their names. */
export function paperVoteOn({ id, task, responses, truth }: GroupLine) {
  const vote = paperVote(responses, task);
  const accuracy = truth == null ? null : paperAccuracy(vote, String(truth), task);
  return {
    id,
    extracted: vote.extracted,
    label: vote.label,
    majority_count: vote.majorityCount,
    rewards: vote.rewards,
    majority_ratio: vote.majorityCount / responses.length,
    majority_voting_reward: mean(vote.rewards),
    ...(accuracy !== null && {
      label_accuracy: accuracy.labelAccuracy,
      reward_accuracy: accuracy.rewardAccuracy,
      ground_truth_ratio: accuracy.groundTruthRatio,
      pass: accuracy.pass,
      label_accuracy_direct: accuracy.labelAccuracyDirect,
    }),
  };
}

/** The vote on one group; the metrics that need the truth are absent without it. */
export function voteOn({ id, task, responses, truth }: GroupLine) {
  const extracted = extractAnswers(responses, task);
  const { pseudoLabel: label, majorityCount, majorityRatio } = majorityVote(extracted);
  const rewards = extracted.map((answer) => rewardFor(answer, label));
  return {
    id,
    extracted,
    label,
    majority_count: majorityCount,
    rewards,
    majority_ratio: majorityRatio,
    majority_voting_reward: mean(rewards),
    ...(truth == null ? {} : accuracy(extracted, label, rewards, String(truth), task)),
  };
}

function accuracy(
  extracted: readonly (string | null)[],
  label: string | null,
  rewards: readonly number[],
  truth: string,
  task: Task,
) {
  const isRight = (answer: string | null): number =>
    Number(answer !== null && answersEqual(answer, truth, task));
  const right = extracted.map(isRight);
  return {
    label_accuracy: isRight(label),
    reward_accuracy: mean(right.map((value, i) => Number(value === rewards[i]))),
    ground_truth_ratio: mean(right),
    pass: Math.max(...right),
  };
}
