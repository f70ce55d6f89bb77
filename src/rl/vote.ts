/** Majority vote: answers -> pseudo-label (TTRL, arXiv 2504.16084, section 2.2). */
import type { Answer, Vote } from "./contracts/types.ts";

/**
 * The most frequent answer of a group. Ties go to the answer seen first. Unanswered responses (null) never win, yet
 * they stay in the denominator of the majority ratio: silence is not agreement.
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
