/** The answer rules of a run. The only importer of graders in `rl`, so that the page, which grades nothing, loads none. */
import { GRADERS } from "../grading/graders.ts";
import type { AnswerRules, QuestionSet } from "./contracts/types.ts";

/** Returns the answer rules of a run, from its data set and its configuration. */
export function answerRules(
  { task }: Pick<QuestionSet, "task">,
  { answers, answerFormat }: Pick<AnswerRules, "answers" | "answerFormat">,
): AnswerRules {
  return { task, answers, answerFormat, grader: GRADERS[answers] };
}
