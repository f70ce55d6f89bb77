import { beforeAll, describe, expect, test } from "vitest";
import { IMPLEMENTATIONS, useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { OPERATION_FIXTURES, fixtureDecoder, loadFixture } from "../fixture.ts";
import { layOutScoredRows, layOutSharedRows, scoreTokens, type ScoredRows } from "./training/loss.ts";
import { packRows } from "./packedRows.ts";
import type { Decoder } from "./transformer.ts";

test("rows are concatenated, with each token's position in its row", () => {
  const packed = packRows([[5, 6, 7], [8], [9, 10]]);
  expect([...packed.tokens]).toEqual([5, 6, 7, 8, 9, 10]);
  expect([...packed.positions]).toEqual([0, 1, 2, 0, 0, 1]);
  expect([...packed.starts]).toEqual([0, 3, 4, 6]);
});

test("a scored token is predicted by the token before it, and a row's last token predicts nothing", () => {
  const scored = layOutScoredRows([[1, 2, 3, 4], Int32Array.of(5, 6, 7)], [2, 1]);
  expect([...scored.inputs.tokens]).toEqual([1, 2, 3, 5, 6]);
  // Tokens 3 and 4 by indices 1 and 2; 6 and 7 by both tokens of the second row, which starts at 3.
  expect([...scored.predictors]).toEqual([1, 2, 3, 4]);
  expect([...scored.targets]).toEqual([3, 4, 6, 7]);
});

const rows = [
  [3, 5, 8, 4, 9, 2, 6],
  [3, 5, 8, 4, 7],
  [3, 5, 8, 4, 9, 9, 1, 2, 5],
  [13, 2, 8, 4, 6, 7],
  [13, 2, 8, 4, 6, 1, 1],
];
const prompts = [4, 4, 4, 5, 5];

test("consecutive rows share their prompt, and whole rows index its tokens", () => {
  const { tokens, positions, ...whole } = packRows(rows, prompts);
  expect([...tokens]).toEqual([3, 5, 8, 4, 9, 2, 6, 7, 9, 9, 1, 2, 5, 13, 2, 8, 4, 6, 7, 1, 1]);
  expect([...positions]).toEqual([0, 1, 2, 3, 4, 5, 6, 4, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 5, 6]);
  for (const [i, row] of rows.entries()) {
    const places = whole.packedAt.slice(whole.starts[i], whole.starts[i + 1]);
    expect(Array.from(places, (place) => tokens[place])).toEqual(row);
  }
  expect(Array.from(whole.wholeAt, (place) => whole.packedAt[place])).toEqual([...tokens.keys()]);
});

test("prompts that differ in a token or in length are not shared", () => {
  const { tokens } = packRows([rows[0]!, [3, 5, 8, 5, 1], rows[1]!], [4, 4, 5]);
  expect(tokens).toHaveLength(7 + 5 + 5);
});

/** Logprobs, entropies, and the gradient of a weighted sum of the logprobs by every parameter. */
function scored(decoder: Decoder, layout: ScoredRows) {
  const names = [...decoder.parameters.keys()];
  let found: { logprob: Float32Array; entropy: Float32Array } | undefined;
  const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const parameters = new Map(names.map((key, i) => [key, tensors[i]!]));
    const { logprob, entropy } = scoreTokens({ ...decoder, parameters }, layout, 0.8);
    found = { logprob: logprob.dataSync<"float32">(), entropy: entropy.dataSync<"float32">() };
    return tf.sum(tf.mul(logprob, tf.range(1, logprob.size + 1))).asScalar();
  })([...decoder.parameters.values()]);
  return { ...found!, gradients: new Map(names.map((key, i) => [key, grads[i]!.dataSync<"float32">()])) };
}

describe.each(IMPLEMENTATIONS)("with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  test.each(OPERATION_FIXTURES)("%s scores shared prompts as if each row had its own", (name) => {
    const decoder = fixtureDecoder(loadFixture(name));
    const shared = scored(
      decoder,
      layOutSharedRows(rows.map((tokens, i) => ({ tokens, first: prompts[i]! }))),
    );
    const apart = scored(decoder, layOutScoredRows(rows, prompts));
    // A token's sums have the same order in both layouts.
    expect(gap(shared.logprob, apart.logprob)).toBeLessThanOrEqual(1e-6);
    expect(gap(shared.entropy, apart.entropy)).toBeLessThanOrEqual(1e-6);
    for (const [key, gradient] of shared.gradients) {
      const expected = apart.gradients.get(key)!;
      // The prompts' gradients are summed in another order: 1e-5 of the largest entry.
      const largest = Math.max(...expected.map(Math.abs));
      expect(gap(gradient, expected), key).toBeLessThanOrEqual(1e-5 * largest);
    }
  });
});

function gap(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}
