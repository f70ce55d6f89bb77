/** Rollouts -> rows of tokens, each with what the loss knows of them. */
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import type { ScoredRollout } from "../../rl/contracts/policy.ts";
import type { Rollout } from "../../rl/contracts/types.ts";
import type { Tokenizer } from "../language/tokenizer.ts";
import type { ScoredText } from "../contracts/trainablePolicy.ts";

/** A row whose tokens' shares in the loss are told. */
export interface WeightedRow extends TrainingRow {
  readonly weights: ArrayLike<number>;
  /** Rollouts it stands for. */
  readonly count: number;
}

/** The texts of rollouts, whose responses are to be scored. */
export function rolloutTexts(tokenizer: Tokenizer, rollouts: readonly ScoredRollout[]): ScoredText[] {
  const prompts = new Map<string, Int32Array>(); // rollouts of a group share theirs
  return rollouts.map(({ prompt: text, response }) => {
    const prompt = prompts.get(text) ?? tokenizer.encodePrompt(text);
    prompts.set(text, prompt);
    const tokens = new Int32Array(prompt.length + response.tokens.length);
    tokens.set(prompt);
    tokens.set(response.tokens, prompt.length);
    return { tokens, first: prompt.length };
  });
}

/** The rows of rollouts, to train on. */
export function layOutRollouts(tokenizer: Tokenizer, rollouts: readonly Rollout[]): WeightedRow[] {
  const texts = rolloutTexts(tokenizer, rollouts);
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
 * Equal rollouts as one row, in the order of the first of each: with the weights of all of them its loss and gradients are
 * their sum. The more the policy agrees with itself, the less there is to compute.
 */
export function mergeEqualRows(rows: readonly WeightedRow[]): WeightedRow[] {
  const merged = new Map<string, WeightedRow>();
  for (const row of rows) {
    const key = [row.tokens, row.first, row.advantages, row.oldLogprobs].map(String).join(";");
    const found = merged.get(key);
    merged.set(key, found === undefined ? row : together(found, row));
  }
  return [...merged.values()];
}

function together(found: WeightedRow, { weights, count }: WeightedRow): WeightedRow {
  const sums = Float32Array.from(found.weights, (weight, i) => weight + (weights[i] ?? Number.NaN));
  return { ...found, weights: sums, count: found.count + count };
}

/** One number for each scored token of all rows. */
export function column(
  rows: readonly WeightedRow[],
  name: "advantages" | "weights" | "oldLogprobs",
): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row[name])));
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no element ${index} in a list of ${items.length}`);
  return item;
}
