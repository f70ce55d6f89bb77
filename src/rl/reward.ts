/** Rule-based reward (TTRL, arXiv 2504.16084, equation 3). */
import type { Answer } from "./types.ts";

/** 1 when the answer is the pseudo-label, else 0; a response without an answer earns 0 whatever the label. */
export function rewardFor(answer: Answer, pseudoLabel: Answer): 0 | 1 {
  return answer !== null && answer === pseudoLabel ? 1 : 0;
}
