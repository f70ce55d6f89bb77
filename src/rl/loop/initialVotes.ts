/** The initial model's votes on all questions, taken once, before the first step. */
import { createRandom } from "../../math/random.ts";
import { sum } from "../../math/stats.ts";
import { extractAnswers } from "../answer.ts";
import type { CoreConfig } from "../config/coreFields.ts";
import type { Policy } from "../contracts/policy.ts";
import type { AnswerRules, Question } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import type { LoopState } from "./loopState.ts";
import { majorityVote } from "../vote.ts";

/** A stream of its own, so that the steps draw what they would draw without these votes. */
const INITIAL_VOTE_STREAM = 1 << 22;

/** The votes as part of the loop's state. */
export type InitialVotes = Required<Pick<LoopState, "initialLabels" | "initialRatios">>;

/** Returns the votes of the state; samples them where no step is done yet. `tokens` were sampled for them just now. */
export async function initialVotes(
  policy: Policy,
  { questions, rules }: { readonly questions: readonly Question[]; readonly rules: AnswerRules },
  settings: CoreConfig,
  { step, initialLabels, initialRatios }: LoopState,
  watch: Watch,
): Promise<{ readonly votes: InitialVotes; readonly tokens: number }> {
  if (initialLabels !== undefined && initialRatios !== undefined)
    return { votes: { initialLabels, initialRatios }, tokens: 0 };
  if (step > 0) throw new Error(`the state after step ${step} lacks the initial model's votes`);
  const random = createRandom(settings.seed, INITIAL_VOTE_STREAM);
  const requests = questions.map(({ prompt }) => ({ prompt, seed: random.integer(0, 2 ** 31 - 1) }));
  const { votesPerQuestion: count, temperature, topP, maxResponseTokens } = settings;
  const responses = await policy.sample(
    requests,
    { count, temperature, topP, maxResponseTokens },
    watch.signal,
    (done, total) => watch.onProgress?.("sample", done, total),
  );
  const cast = responses.map((group) => {
    const texts = group.map(({ text }) => text);
    return majorityVote(extractAnswers(texts, rules));
  });
  const votes = {
    initialLabels: cast.map(({ pseudoLabel }) => pseudoLabel),
    initialRatios: cast.map(({ majorityRatio }) => majorityRatio),
  };
  return { votes, tokens: sum(responses.flat().map(({ tokens }) => tokens.length)) };
}
