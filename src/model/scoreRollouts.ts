/** Rollouts -> logprobs of their tokens under some weights, whatever computes them. */
import type { ScoredRollout } from "../rl/policy.ts";
import { createBreath } from "./breath.ts";
import { microBatches } from "./microBatches.ts";
import { textsOf } from "./rolloutRows.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { ScoredText } from "./trainablePolicy.ts";
import { TOKENS_PER_MICRO_BATCH } from "./update.ts";

/** For each rollout one number a token of its response; `score` gives those of some texts, text after text. */
export async function scoreRollouts(
  tokenizer: Tokenizer,
  rollouts: readonly ScoredRollout[],
  score: (texts: readonly ScoredText[]) => Promise<Float32Array>,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const breathe = createBreath(signal);
  const scores: Float32Array[] = [];
  const texts = textsOf(tokenizer, rollouts);
  for (const batch of microBatches(texts, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
    const values = await score(batch);
    let start = 0;
    for (const { tokens, first } of batch) scores.push(values.slice(start, (start += tokens.length - first)));
    await breathe();
  }
  return scores;
}
