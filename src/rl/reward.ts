/** Rule-based reward (TTRL, arXiv 2504.16084, equation 3). */
import { answersEqual, type AnswerRules } from "./answer.ts";
import type { Answer } from "./contracts/types.ts";

/** 1 when the answer says what the pseudo-label says, else 0; a response without an answer earns 0 whatever the label. */
export function rewardFor(answer: Answer, pseudoLabel: Answer, rules: AnswerRules): 0 | 1 {
  return answer !== null && pseudoLabel !== null && answersEqual(answer, pseudoLabel, rules) ? 1 : 0;
}
