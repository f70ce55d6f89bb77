import { expect, test } from "vitest";
import type { LanguageModel } from "../language/languageModel.ts";
import { layOutRequests } from "./requests.ts";
import { mergeEqualRows, rolloutTexts, type WeightedRow } from "./rolloutRows.ts";
import { addMicroBatch, NO_SUMS } from "./updateSums.ts";

function row(tokens: readonly number[], advantage: number, changed: Partial<WeightedRow> = {}): WeightedRow {
  const scored = tokens.length - 1;
  return {
    tokens: Int32Array.from(tokens),
    first: 1,
    advantages: new Float32Array(scored).fill(advantage),
    weights: new Float32Array(scored).fill(0.125),
    oldLogprobs: Float32Array.from({ length: scored }, (_, t) => -0.5 * (t + 1)),
    referenceLogprobs: null,
    count: 1,
    ...changed,
  };
}

test("equal rows become one with the weights of all, in the order of the first of each", () => {
  const [a, b] = [row([1, 2, 3], 1), row([1, 2, 4], -1)];
  const merged = mergeEqualRows([a, b, row([1, 2, 3], 1), row([1, 2, 3], 1, { weights: [0.25, 0.25] })]);
  expect(merged).toEqual([{ ...a, weights: Float32Array.of(0.5, 0.5), count: 3 }, b]);
});

test("rows that differ in anything but their weights stay apart", () => {
  const rows = [
    row([1, 2, 3], 1),
    row([1, 2, 3], 0.5),
    row([1, 23], 1),
    row([12, 3], 1),
    row([1, 2, 3], 1, { first: 2, advantages: [1], oldLogprobs: [-0.5], weights: [0.125] }),
    row([1, 2, 3], 1, { oldLogprobs: [-0.5, -1.25] }), // sampled before another update
  ];
  expect(mergeEqualRows(rows)).toEqual(rows);
});

test("a row counts in what an update did as often as it was sampled", () => {
  const options = { clipLow: 0.2, clipHigh: 0.2, dualClip: 1.5 };
  const [a, b] = [row([1, 2, 3], 1), row([1, 5], -1)];
  const scores = (rows: readonly WeightedRow[]) => {
    // a: one token within the clip range, one above it; b: beyond the dual clip.
    const of = (values: readonly number[]) =>
      Float32Array.from(
        rows.flatMap(({ tokens: { length } }) => (length === 3 ? values.slice(0, 2) : values[2]!)),
      );
    return {
      loss: 2,
      logprobs: of([-0.5, -0.5, 0.25]),
      entropies: of([1, 2, 4]),
      referenceLogprobs: of([-0.5, -1, 0]),
    };
  };
  const [apart, merged] = [[a, b, a, a], mergeEqualRows([a, b, a, a])];
  expect(merged).toHaveLength(2);
  const expected = addMicroBatch(NO_SUMS, apart, scores(apart), options);
  expect(expected).toMatchObject({ clipped: 3, clippedLow: 1, entropy: 13, oldKl: -2.25, gap: 0.75 });
  const sums = addMicroBatch(NO_SUMS, merged, scores(merged), options);
  expect(sums).toEqual({ ...expected, kl: expect.closeTo(expected.kl!, 12) as number }); // other order of the sum
});

test("tokens without an embedding are refused before any backend sees them", () => {
  const model = {
    config: { vocabulary: 4, maxPositions: 9 },
    tokenizer: { encodePrompt: (prompt: string) => Int32Array.from(prompt, Number) },
  } as unknown as LanguageModel;
  const response = { text: "", tokens: Int32Array.of(3, 4), logprobs: new Float32Array(2) };
  const rollout = { prompt: "12", response } as unknown as Parameters<typeof rolloutTexts>[1][number];
  expect(() => rolloutTexts(model, [rollout])).toThrow("token 4, but the model's embedding has 4 rows");
  const ask = (prompt: string) => () =>
    layOutRequests(model, [{ prompt, seed: 0 }], { count: 1, temperature: 1, topP: 1, maxResponseTokens: 2 });
  expect(ask("123")).not.toThrow();
  expect(ask("129")).toThrow("token 9, but the model's embedding has 4 rows");
});
