import { beforeAll, describe, expect, test } from "vitest";
import { IMPLEMENTATIONS, useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { OPERATION_FIXTURES, fixtureDecoder, loadFixture, relativeGap } from "../fixture.ts";
import { generate } from "./decoding/generate.ts";
import { layOutScoredRows, scoreTokens } from "./training/loss.ts";
import { causal, indices, packRows } from "./packedRows.ts";
import { policyLoss } from "./training/policyLoss.ts";
import { MAX_LOGITS } from "../contracts/memoryBudget.ts";
import { hiddenStates, logitsOf } from "./transformer.ts";

const none = async (): Promise<void> => {};

describe.each(IMPLEMENTATIONS)("with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  describe.each(OPERATION_FIXTURES)("%s against PyTorch", (name) => {
    const fixture = loadFixture(name);
    const { rows, loss: expected, greedy } = fixture.expected;

    test("gives PyTorch's logits for packed rows of different lengths", () => {
      const decoder = fixtureDecoder(fixture);
      const packed = packRows(rows);
      const attend = causal(decoder.config, packed);
      const logits = logitsOf(
        decoder,
        hiddenStates(decoder, indices(packed.tokens), indices(packed.positions), attend),
      ).dataSync<"float32">();
      const reference = rows.flatMap((_, i) => [...(fixture.tensors.get(`logits.${i}`)?.data ?? [])]);
      expect(logits.length).toBe(reference.length);
      // The bound of the reference path; logits spread over several units.
      expect(largestGap(logits, reference)).toBeLessThanOrEqual(1e-4);
    });

    const { vocabulary } = fixture.config;
    test.each([
      ["all tokens' logits at once", MAX_LOGITS, false],
      ["those of three tokens", 3 * vocabulary, false],
      ["layers computed again", MAX_LOGITS, true],
    ])("gives PyTorch's loss, logprobs, entropies and every gradient with %s", (_, mostLogits, recompute) => {
      const decoder = fixtureDecoder(fixture);
      const scored = layOutScoredRows(rows, expected.promptLengths);
      const names = [...decoder.parameters.keys()];
      const seen: { logprob?: Float32Array; entropy?: Float32Array } = {};
      const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
        const parameters = new Map(names.map((key, i) => [key, tensors[i] as tf.Tensor]));
        const scores = scoreTokens(
          { ...decoder, parameters, recompute },
          scored,
          expected.temperature,
          mostLogits,
        );
        seen.logprob = scores.logprob.dataSync<"float32">();
        seen.entropy = scores.entropy.dataSync<"float32">();
        return policyLoss(
          scores,
          {
            advantages: tf.tensor1d(expected.advantages.flat()),
            weights: tf.fill([expected.advantages.flat().length], 1 / expected.normalizer),
            oldLogprobs: tf.tensor1d(expected.oldLogprobs.flat()),
            referenceLogprobs: tf.tensor1d(expected.refLogprobs.flat()),
          },
          { ...expected, dualClip: Infinity, klEstimator: "k3", entropyCoefficient: 0 },
        );
      })([...decoder.parameters.values()]);
      expect(Math.abs((value.dataSync()[0] ?? Number.NaN) - expected.loss)).toBeLessThanOrEqual(1e-5);
      expect(largestGap(seen.logprob ?? [], expected.logprobs.flat())).toBeLessThanOrEqual(1e-4);
      expect(largestGap(seen.entropy ?? [], expected.entropies.flat())).toBeLessThanOrEqual(1e-4);
      for (const [i, key] of names.entries()) {
        const reference = fixture.tensors.get(`gradient.${key}`)?.data ?? [];
        // float32 in another order of summation: 1e-5 of each tensor's norm.
        expect(relativeGap(grads[i]?.dataSync<"float32">() ?? [], reference), key).toBeLessThanOrEqual(1e-5);
      }
    });

    test("generates PyTorch's greedy tokens through the cache, and their re-scored logprobs", async () => {
      const decoder = fixtureDecoder(fixture);
      const prompts = [Int32Array.from(greedy.prompt), Int32Array.from(rows[1] ?? [])];
      const requests = [0, 0, 1].map((prompt, stream) => ({ prompt, seed: 1, stream }));
      const decoding = { temperature: 0, topP: 1, maxTokens: greedy.tokens.length };
      const [first, second] = await generate(decoder, prompts, requests, decoding, none);
      expect([...(first?.tokens ?? [])]).toEqual(greedy.tokens);
      expect([...(second?.tokens ?? [])]).toEqual(greedy.tokens);
      const scored = layOutScoredRows([[...greedy.prompt, ...greedy.tokens]], [greedy.prompt.length]);
      const rescored = scoreTokens(decoder, scored, 1).logprob.dataSync<"float32">();
      expect(largestGap(first?.logprobs ?? [], rescored)).toBeLessThanOrEqual(1e-4);
    });
  });

  test("samples each row the same whatever else is in the batch", async () => {
    const decoder = fixtureDecoder(loadFixture("tiny-llama"));
    const prompts = [Int32Array.of(3, 5, 8), Int32Array.of(13, 21)];
    const decoding = { temperature: 0.9, topP: 0.9, maxTokens: 6 };
    const all = [0, 0, 1, 1].map((prompt, stream) => ({ prompt, seed: 7 + prompt, stream: stream % 2 }));
    const together = await generate(decoder, prompts, all, decoding, none);
    const alone = await generate(
      decoder,
      prompts.slice(1),
      [{ prompt: 0, seed: 8, stream: 1 }],
      decoding,
      none,
    );
    expect([...(together[3]?.tokens ?? [])]).toEqual([...(alone[0]?.tokens ?? [])]);
    expect(new Set(together.map((row) => row.tokens.join())).size).toBeGreaterThan(1);
  });

  test("leaves no tensor behind after sampling", async () => {
    const decoder = fixtureDecoder(loadFixture("tiny-llama"));
    const sample = () =>
      generate(
        decoder,
        [Int32Array.of(3, 5, 8)],
        [0, 1, 2, 3].map((stream) => ({ prompt: 0, seed: 3, stream })),
        { temperature: 1, topP: 1, maxTokens: 5 },
        none,
      );
    await sample();
    const before = tf.memory().numTensors;
    await sample();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((gap, value, i) => Math.max(gap, Math.abs(value - (expected[i] ?? 0))), 0);
}
