/** Splits questions by whether prompt and response fit the model's context. */
import { promptOf } from "../../rl/contracts/prompt.ts";
import type { Question } from "../../rl/contracts/types.ts";
import type { LanguageModel } from "./languageModel.ts";

/** Maximum ids listed in a notice. */
const MAX_LISTED = 10;

/** Returns the prompt length of each question in tokens. */
export function promptLengths({ tokenizer }: LanguageModel, questions: readonly Question[]): number[] {
  return questions.map((question) => tokenizer.encodePrompt(promptOf(question)).length);
}

/** Keeps the questions whose prompt and a response of `maxResponseTokens` tokens fit the context; the notice names the others. */
export function fitQuestions(
  model: LanguageModel,
  questions: readonly Question[],
  maxResponseTokens: number,
): { readonly questions: readonly Question[]; readonly notice: string | null } {
  const { maxPositions } = model.config;
  const longest = maxPositions - maxResponseTokens;
  const fits = promptLengths(model, questions).map((length) => length <= longest);
  const leftOut = questions.filter((_, i) => fits[i] === false).map(({ id }) => id);
  if (leftOut.length === 0) return { questions, notice: null };
  const named = leftOut.slice(0, MAX_LISTED).join(", ") + (leftOut.length > MAX_LISTED ? ", ..." : "");
  const limits = `the model's ${maxPositions} positions less ${maxResponseTokens} for the response`;
  return {
    questions: questions.filter((_, i) => fits[i] === true),
    notice: `questions left out for exceeding ${limits}: ${named} (${leftOut.length} of ${questions.length})`,
  };
}
