/** Converts a step's groups to what the page shows of them. */
import { sum } from "../math/stats.ts";
import { gradeAnswer } from "../rl/answer.ts";
import { answerRules } from "../rl/answerRules.ts";
import type { Answer, AnswerRules, Group } from "../rl/contracts/types.ts";
import type { AnswerKey, Study } from "../rl/metrics/answerKey.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { GroupView } from "./protocol.ts";

/** Returns the views of a step's groups, graded by the study's answer key. */
export function viewGroups(
  groups: readonly Group[],
  study: Study,
  config: Pick<TtrlConfig, "answers" | "answerFormat">,
): GroupView[] {
  const rules = answerRules(study, config);
  return groups.map((group) => viewGroup(group, study.answerKey, rules));
}

/** Returns the view of one group; `truth` is null if the key lacks the question. */
export function viewGroup(group: Group, key: AnswerKey, rules: AnswerRules): GroupView {
  const truth = key.get(group.question.id) ?? null;
  const isRight = (answer: Answer): boolean | null =>
    truth === null ? null : answer !== null && gradeAnswer(answer, truth, rules);
  const given = sum([...group.vote.counts.values()]);
  const unanswered = group.votes - given;
  const histogram = [...group.vote.counts]
    .map(([answer, votes]): GroupView["histogram"][number] => ({ answer, votes, right: isRight(answer) }))
    .sort((a, b) => b.votes - a.votes);
  if (unanswered > 0) histogram.push({ answer: null, votes: unanswered, right: isRight(null) });
  return {
    question: group.question,
    pseudoLabel: group.vote.pseudoLabel,
    majorityRatio: group.vote.majorityRatio,
    truth,
    histogram,
    responses: group.responses.map((response, i) => ({
      text: response.text,
      answer: group.answers[i] ?? null,
      reward: group.rewards[i] ?? 0,
      advantage: group.advantages[i] ?? null,
      right: isRight(group.answers[i] ?? null),
      tokens: response.tokens.length,
      entropy: response.entropy,
      finished: response.finished,
    })),
  };
}
