/** Data sets as a run uses them. */
import { fitQuestions } from "../model/language/fitQuestions.ts";
import type { LanguageModel } from "../model/language/languageModel.ts";
import type { Study } from "../rl/metrics/answerKey.ts";
import { LabError } from "./labError.ts";

export interface NamedStudy {
  readonly name: string;
  readonly study: Study;
}

/** A study restricted to the questions that fit the model's context. */
export interface FittedStudy {
  readonly study: Study;
  /** A sentence that names the questions left out; null if there are none. */
  readonly notice: string | null;
}

/** Leaves out questions whose prompt and response exceed the model's context. Throws `LabError` if none is left. */
export function fitStudy(model: LanguageModel, study: Study, maxResponseTokens: number): FittedStudy {
  const { questions, notice } = fitQuestions(model, study.questions, maxResponseTokens);
  if (questions.length === 0) throw new LabError(`no question fits; ${notice ?? "the data set is empty"}`);
  return { study: { ...study, questions }, notice };
}
