/** Ground truth of a data set. Only `rl/metrics` and the code that starts runs may import it: the loop has questions only. */
import { gradeAnswer } from "../answer.ts";
import { answerRules } from "../answerRules.ts";
import type { TrueLabels } from "../contracts/hooks.ts";
import type { Method } from "../contracts/method.ts";
import type { QuestionSet } from "../contracts/types.ts";

/** True answers by question id. */
export type AnswerKey = ReadonlyMap<string, string>;

/** Questions with the answer key that measures runs on them. */
export interface Study extends QuestionSet {
  readonly answerKey: AnswerKey;
}

/**
 * Grants a run ground truth to learn from if its method is a control that does, else returns null. Throws a RangeError
 * where the answer key has gaps.
 */
export function grantTruth({ learnsFromTruth, settings }: Method, study: Study): TrueLabels | null {
  if (!learnsFromTruth) return null;
  const { questions, answerKey } = study;
  const missing = questions.filter(({ id }) => !answerKey.has(id)).length;
  if (missing > 0) {
    throw new RangeError(
      `label source "${settings.labelSource}" needs the true answer of every question, and ${missing} of ${questions.length} have none; ` +
        'choose a data set with answers, or the label source "majority"',
    );
  }
  const rules = answerRules(study, settings);
  return {
    isRight({ id }, answer) {
      const truth = answerKey.get(id);
      if (truth === undefined) throw new Error(`no true answer of question "${id}" was granted`);
      return answer !== null && gradeAnswer(answer, truth, rules);
    },
  };
}
