/** Scores the response tokens of rollouts in micro-batches, on any backend: logprobs or values. */
import type { ScoredRollout } from "../../rl/contracts/policy.ts";
import { createYield } from "./eventLoopYield.ts";
import { microBatches } from "./microBatches.ts";
import { rolloutTexts } from "./rolloutRows.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { ScoredText } from "../contracts/trainablePolicy.ts";

/** Scores texts of at most `microBatchTokens` tokens in total: one number per scored token, text after text. */
interface TextScorer {
  readonly microBatchTokens: number;
  readonly score: (texts: readonly ScoredText[]) => Promise<Float32Array>;
}

/** Returns one array [T] per rollout, a score for each token of its response. */
export async function scoreRollouts(
  model: LanguageModel,
  rollouts: readonly ScoredRollout[],
  { microBatchTokens, score }: TextScorer,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const pause = createYield(signal);
  const scores: Float32Array[] = [];
  const texts = rolloutTexts(model, rollouts);
  for (const batch of microBatches(texts, ({ tokens }) => tokens.length, microBatchTokens)) {
    const values = await score(batch);
    let start = 0;
    for (const { tokens, first } of batch) scores.push(values.slice(start, (start += tokens.length - first)));
    await pause();
  }
  return scores;
}
