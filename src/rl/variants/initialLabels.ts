/** What the initial model votes for, taken once, before the first step: labels of a fixed teacher, and trust in questions. */
import { createRandom } from "../../math/random.ts";
import { sum } from "../../math/stats.ts";
import { answerRules, extractAnswers } from "../answer.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { Policy } from "../contracts/policy.ts";
import type { LoopState } from "../loopState.ts";
import type { Study, Vote } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import { majorityVote } from "../vote.ts";

/** A stream of the seed of its own, so that the steps after it draw what they draw under other labels. */
const INITIAL_LABEL_STREAM = 1 << 22;

/** The initial model's votes by index of the question, as part of the loop's state; nothing where nobody asks for them. */
export type InitialVotes = Pick<LoopState, "initialLabels" | "initialRatios">;

/** These votes, and the response tokens sampled for them just now. */
type TakenVotes = InitialVotes & { readonly tokens: number };

/** The votes of the initial model where the configuration needs them: those of the state, or taken now, before any step. */
export async function initialVotes(
  policy: Policy,
  study: Study,
  config: TtrlConfig,
  { step, initialLabels, initialRatios }: LoopState,
  watch: Watch,
): Promise<TakenVotes> {
  const asLabels = config.labelSource === "initial-majority";
  const asTrust = config.questionTrust === "initial-consensus";
  const known = {
    ...(asLabels && initialLabels !== undefined ? { initialLabels } : {}),
    ...(asTrust && initialRatios !== undefined ? { initialRatios } : {}),
  };
  if (Object.keys(known).length === Number(asLabels) + Number(asTrust)) return { ...known, tokens: 0 };
  if (step > 0) throw new Error(`the state after step ${step} lacks the initial model's votes`);
  const { votes, tokens } = await voteAtFirst(policy, study, config, watch);
  return {
    tokens,
    ...(asLabels ? { initialLabels: votes.map(({ pseudoLabel }) => pseudoLabel) } : {}),
    ...(asTrust ? { initialRatios: votes.map(({ majorityRatio }) => majorityRatio) } : {}),
  };
}

/**
 * The vote on every question of the study, by its index, sampled as the votes of a step are. A second, frozen
 * model that voted anew at every visit would give the same distribution of labels, drawn once a visit instead of once a
 * run; keeping the draw is what a fixed teacher's label file is (SRT, arXiv 2505.21444, offline labels).
 */
async function voteAtFirst(
  policy: Policy,
  study: Study,
  config: TtrlConfig,
  watch: Watch,
): Promise<{ votes: Vote[]; tokens: number }> {
  const random = createRandom(config.seed, INITIAL_LABEL_STREAM);
  const requests = study.questions.map(({ prompt }) => ({ prompt, seed: random.integer(0, 2 ** 31 - 1) }));
  const { votesPerQuestion: count, temperature, topP, maxResponseTokens } = config;
  const responses = await policy.sample(
    requests,
    { count, temperature, topP, maxResponseTokens },
    watch.signal,
    (done, total) => watch.onProgress?.("sample", done, total),
  );
  const rules = answerRules(study, config);
  const votes = responses.map((group) => {
    const texts = group.map(({ text }) => text);
    return majorityVote(extractAnswers(texts, rules));
  });
  return { votes, tokens: sum(responses.flat().map(({ tokens }) => tokens.length)) };
}
