/** The initial model's votes on all questions, taken once, before the first step. */
import { at } from "../../math/at.ts";
import { createRandom } from "../../math/random.ts";
import { sum } from "../../math/stats.ts";
import { extractAnswers } from "../answer.ts";
import type { CoreConfig } from "../config/coreFields.ts";
import type { InitialVote } from "../contracts/hooks.ts";
import type { Policy } from "../contracts/policy.ts";
import { promptOf } from "../contracts/prompt.ts";
import type { AnswerRules, Question } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import type { LoopState } from "./loopState.ts";
import { majorityVote } from "../vote.ts";

/** A stream of its own, so that the steps draw what they would draw without these votes. */
const INITIAL_VOTE_STREAM = 1 << 22;

/** The votes by index of the question, and as the loop's state stores them. `tokens` were sampled for them just now. */
interface InitialVotes {
  readonly votes: readonly InitialVote[];
  readonly stored: Required<Pick<LoopState, "initialLabels" | "initialRatios">>;
  readonly tokens: number;
}

/** Returns the votes of the state; samples them where no step is done yet. */
export async function initialVotes(
  policy: Policy,
  { questions, rules }: { readonly questions: readonly Question[]; readonly rules: AnswerRules },
  settings: Pick<CoreConfig, "seed" | "votesPerQuestion" | "temperature" | "topP" | "maxResponseTokens">,
  { step, initialLabels, initialRatios }: LoopState,
  watch: Watch,
): Promise<InitialVotes> {
  if (initialLabels !== undefined && initialRatios !== undefined) {
    const votes = initialLabels.map((pseudoLabel, i) => ({
      pseudoLabel,
      majorityRatio: at(initialRatios, i),
    }));
    return { votes, stored: { initialLabels, initialRatios }, tokens: 0 };
  }
  if (step > 0) throw new Error(`the state after step ${step} lacks the initial model's votes`);
  const random = createRandom(settings.seed, INITIAL_VOTE_STREAM);
  const requests = questions.map((question) => ({
    prompt: promptOf(question),
    seed: random.integer(0, 2 ** 31 - 1),
  }));
  const { votesPerQuestion: count, temperature, topP, maxResponseTokens } = settings;
  const responses = await policy.sample(
    requests,
    { count, temperature, topP, maxResponseTokens },
    watch.signal,
    (done, total) => watch.onProgress?.("sample", done, total),
  );
  const votes = responses.map((group, i) => {
    const texts = group.map(({ text }) => text);
    return majorityVote(extractAnswers(texts, rules, at(questions, i).options));
  });
  const stored = {
    initialLabels: votes.map(({ pseudoLabel }) => pseudoLabel),
    initialRatios: votes.map(({ majorityRatio }) => majorityRatio),
  };
  return { votes, stored, tokens: sum(responses.flat().map(({ tokens }) => tokens.length)) };
}
