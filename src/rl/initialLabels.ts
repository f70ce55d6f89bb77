/** Labels of a fixed teacher: what the initial model votes for, taken once, before the first step. */
import { createRandom } from "../math/random.ts";
import { answerRules, extractAnswers } from "./answer.ts";
import type { TtrlConfig } from "./config.ts";
import type { Policy } from "./policy.ts";
import type { Study, Watch } from "./ttrl.ts";
import type { Answer } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** A stream of the seed of its own, so that the steps after it draw what they draw under other labels. */
const INITIAL_LABEL_STREAM = 1 << 22;

/**
 * The majority answer to every question of the study, by its index, sampled as the votes of a step are. A second, frozen
 * model that voted anew at every visit would give the same distribution of labels, drawn once a visit instead of once a
 * run; keeping the draw is what a fixed teacher's label file is (SRT, arXiv 2505.21444, offline labels).
 */
export async function voteAtFirst(
  policy: Policy,
  study: Study,
  config: TtrlConfig,
  watch: Watch,
): Promise<Answer[]> {
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
  return responses.map((group) => {
    const texts = group.map(({ text }) => text);
    return majorityVote(extractAnswers(texts, rules)).pseudoLabel;
  });
}
