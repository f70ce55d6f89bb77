/** Which questions leave room for a response in a model's context. */
import type { Question } from "../../rl/contracts/types.ts";
import type { LanguageModel } from "./languageModel.ts";

/** The questions a model can be asked, and the sentence that names the others. */
interface FittingQuestions {
  readonly questions: readonly Question[];
  /** Null when all fit. */
  readonly notice: string | null;
}

/** Ids named in a notice; the rest is counted. */
const NAMED = 10;

/** Tokens of the prompts of questions. */
export function promptLengths({ tokenizer }: LanguageModel, questions: readonly Question[]): number[] {
  return questions.map(({ prompt }) => tokenizer.encodePrompt(prompt).length);
}

/** Parts the questions by whether prompt and a response of `maxResponseTokens` fit the model's positions. */
export function fitQuestions(
  model: LanguageModel,
  questions: readonly Question[],
  maxResponseTokens: number,
): FittingQuestions {
  const { maxPositions } = model.config;
  const room = maxPositions - maxResponseTokens;
  const fits = promptLengths(model, questions).map((length) => length <= room);
  const leftOut = questions.filter((_, i) => fits[i] === false).map(({ id }) => id);
  if (leftOut.length === 0) return { questions, notice: null };
  const named = leftOut.slice(0, NAMED).join(", ") + (leftOut.length > NAMED ? ", ..." : "");
  const limits = `the model's ${maxPositions} positions less ${maxResponseTokens} for the response`;
  return {
    questions: questions.filter((_, i) => fits[i] === true),
    notice: `questions left out for exceeding ${limits}: ${named} (${leftOut.length} of ${questions.length})`,
  };
}
