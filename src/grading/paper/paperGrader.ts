/** The grader of the paper's authors (PRIME-RL/TTRL), defects included, for comparison with their results. */
import type { Grader } from "../grader.ts";
import { paperAnswersEqual } from "./equal.ts";
import { extractPaperAnswer } from "./extract.ts";

/**
 * The authors' grader. A response without an answer has the answer "", which votes like any other; votes are counted by
 * exact text; both tasks are compared by the same rules.
 */
export const paperGrader: Grader = {
  extract: extractPaperAnswer,
  equal: paperAnswersEqual,
  key: (answer) => answer,
};
