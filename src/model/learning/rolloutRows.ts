/** Rollouts -> token rows with loss inputs. */
import { at } from "../../math/at.ts";
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import type { ScoredRollout } from "../../rl/contracts/policy.ts";
import type { Prompt, Rollout } from "../../rl/contracts/types.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { checkTokens } from "../language/tokenIds.ts";
import type { ScoredText } from "../contracts/trainablePolicy.ts";

/** A training row with a loss weight for each scored token. */
export interface WeightedRow extends TrainingRow {
  readonly weights: ArrayLike<number>;
  /** Number of equal rollouts merged into this row. */
  readonly count: number;
}

/** Concatenates prompt and response of each rollout; the response tokens are scored. Throws a `RangeError` for tokens of another model. */
export function rolloutTexts(
  { config, tokenizer }: LanguageModel,
  rollouts: readonly ScoredRollout[],
): ScoredText[] {
  const prompts = new Map<Prompt, Int32Array>(); // a group's rollouts share one prompt
  return rollouts.map(({ prompt: text, response }) => {
    const prompt = prompts.get(text) ?? tokenizer.encodePrompt(text);
    prompts.set(text, prompt);
    const tokens = new Int32Array(prompt.length + response.tokens.length);
    tokens.set(prompt);
    tokens.set(response.tokens, prompt.length);
    checkTokens(tokens, config.vocabulary);
    return { tokens, first: prompt.length };
  });
}

/** Returns one training row per rollout. */
export function layOutRollouts(model: LanguageModel, rollouts: readonly Rollout[]): WeightedRow[] {
  const texts = rolloutTexts(model, rollouts);
  return rollouts.map(({ response, advantages, weight }, i) => ({
    ...at(texts, i),
    advantages,
    weights: new Float32Array(response.tokens.length).fill(weight),
    oldLogprobs: response.logprobs,
    referenceLogprobs: null,
    count: 1,
  }));
}

/**
 * Merges equal rollouts into one row, in order of first occurrence. Weights are summed, so loss and gradients equal the sum
 * over the merged rollouts at the cost of one row.
 */
export function mergeEqualRows(rows: readonly WeightedRow[]): WeightedRow[] {
  const merged = new Map<string, WeightedRow>();
  for (const row of rows) {
    const key = [row.tokens, row.first, row.advantages, row.oldLogprobs].map(String).join(";");
    const found = merged.get(key);
    merged.set(key, found === undefined ? row : combine(found, row));
  }
  return [...merged.values()];
}

function combine(first: WeightedRow, { weights, count }: WeightedRow): WeightedRow {
  const sums = Float32Array.from(first.weights, (weight, i) => weight + at(weights, i));
  return { ...first, weights: sums, count: first.count + count };
}

/** Concatenates one loss input of all rows: [K], K scored tokens. */
export function column(
  rows: readonly WeightedRow[],
  name: "advantages" | "weights" | "oldLogprobs",
): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row[name])));
}
