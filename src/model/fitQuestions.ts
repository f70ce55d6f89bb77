/** Which questions leave room for a response in a model's context. */
import type { Question } from "../rl/types.ts";
import type { LanguageModel } from "./languageModel.ts";

/** The questions a model can be asked, and the sentence that names the others. */
export interface FittingQuestions {
  readonly questions: readonly Question[];
  /** Null when all fit. */
  readonly notice: string | null;
}

/** Ids named in a notice; the rest is counted. */
const NAMED = 10;

/** Parts the questions by whether prompt and a response of `maxResponseTokens` fit the model's positions. */
export function fitQuestions(
  { config, tokenizer }: LanguageModel,
  questions: readonly Question[],
  maxResponseTokens: number,
): FittingQuestions {
  const room = config.maxPositions - maxResponseTokens;
  const fits = questions.map(({ prompt }) => tokenizer.encodePrompt(prompt).length <= room);
  const leftOut = questions.filter((_, i) => fits[i] === false).map(({ id }) => id);
  if (leftOut.length === 0) return { questions, notice: null };
  const named = leftOut.slice(0, NAMED).join(", ") + (leftOut.length > NAMED ? ", ..." : "");
  const limits = `the model's ${config.maxPositions} positions less ${maxResponseTokens} for the response`;
  return {
    questions: questions.filter((_, i) => fits[i] === true),
    notice: `questions left out for exceeding ${limits}: ${named} (${leftOut.length} of ${questions.length})`,
  };
}
