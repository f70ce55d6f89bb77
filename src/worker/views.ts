/** A group of the method -> what the page shows of it. */
import { sum } from "../math/stats.ts";
import { gradeAnswer } from "../rl/answer.ts";
import type { AnswerRules } from "../rl/contracts/types.ts";
import type { Answer, Group } from "../rl/contracts/types.ts";
import type { AnswerKey } from "../rl/metrics/answerKey.ts";
import type { GroupView } from "./protocol.ts";

/** The vote of one question made visible; `truth` is null when the key has none. */
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
