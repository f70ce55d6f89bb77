/** Majority vote: answers -> pseudo-label (TTRL, arXiv 2504.16084, section 2.2). */
import { sum } from "../math/stats.ts";
import { extractAnswers } from "./answer.ts";
import type { Sampled, Voted } from "./contracts/hooks.ts";
import type { Answer, AnswerRules, Vote } from "./contracts/types.ts";

/**
 * Returns the vote over the answers [N] of a group: the most frequent answer, ties to the one seen first. Responses
 * without an answer (null) never win, but count in the denominator of the majority ratio.
 */
export function majorityVote(answers: readonly Answer[]): Vote {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  let pseudoLabel: Answer = null;
  let majorityCount = 0;
  for (const [answer, count] of counts) {
    if (count > majorityCount) [pseudoLabel, majorityCount] = [answer, count];
  }
  const majorityRatio = answers.length === 0 ? 0 : majorityCount / answers.length;
  return { pseudoLabel, majorityCount, majorityRatio, counts };
}

/** Returns the entropy (nats) of the vote shares of the answers given: 0 when all agree, log n for n equal shares. */
export function voteEntropy({ counts }: Vote): number {
  const given = sum([...counts.values()]);
  return sum([...counts.values()].map((count) => (count / given) * Math.log(given / count)));
}

/** Extracts the answers of a sampled question and takes the vote. `abstains` decides whether it gives a label. */
export function vote(sampled: Sampled, rules: AnswerRules, abstains: (vote: Vote) => boolean): Voted {
  const { responses, voters, others, greedy } = sampled;
  // Extracted together, so that all answers of the group that are equal have one spelling.
  const all = [...responses, ...others, ...(greedy === null ? [] : [greedy])];
  const extracted = extractAnswers(
    all.map(({ text }) => text),
    rules,
    sampled.question.options,
  );
  const answers = extracted.slice(0, responses.length);
  const otherAnswers = extracted.slice(responses.length, responses.length + others.length);
  const ballot = {
    answers: [...answers.slice(0, voters), ...otherAnswers],
    responses: [...responses.slice(0, voters), ...others],
  };
  const cast = majorityVote(ballot.answers);
  const greedyAnswer = greedy === null ? null : (extracted.at(-1) ?? null);
  return { ...sampled, answers, otherAnswers, greedyAnswer, ballot, vote: cast, abstains: abstains(cast) };
}
