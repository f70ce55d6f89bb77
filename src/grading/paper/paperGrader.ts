/** Extraction and grading as the paper's authors run it, defects included: for comparison with their numbers. */
import type { Grader } from "../grader.ts";
import { paperAnswersEqual } from "./equal.ts";
import { extractPaperAnswer } from "./extract.ts";

/**
 * The authors' grader. A response without an answer has the answer "", which votes like any other; votes are merged by
 * spelling alone; both tasks are graded alike.
 */
export const paperGrader: Grader = {
  extract: extractPaperAnswer,
  equal: paperAnswersEqual,
  key: (answer) => answer,
};
