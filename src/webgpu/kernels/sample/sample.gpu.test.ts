import { describe, expect, test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, runKernel, settingsFor, statesOf, TOLERANCE } from "../../fixture.ts";
import type { Gpu } from "../../device/device.ts";
import { OUTPUT_TOKENS, ROW_WORDS, type BatchSettings, type RowState } from "../../layout/rowState.ts";
import { philox } from "./philox.ts";
import { distributionReference, nucleusReference } from "./fixture.ts";
import type { SampleTeam } from "../../kernelVariants/variants.ts";
import { sample } from "./sample.ts";

const MAX_TOKENS = 4;

const VOCABULARY = 13;

/** Draws one token for each state; all see the same logits. */
async function draw(
  gpu: Gpu,
  logits: Float64Array,
  states: readonly Partial<RowState>[],
  settings: Partial<BatchSettings>,
  team: SampleTeam = 1,
) {
  const rows = states.map((state, output) => ({ output, ...state }));
  const repeated = Float32Array.from(states.flatMap(() => [...logits]));
  const written = await runKernel(gpu, sample({ vocabulary: logits.length }, team), rows.length, {
    batch: settingsFor(rows.length, { maxTokens: MAX_TOKENS, ...settings }),
    logits: repeated,
    rows: statesOf(rows),
    outputs: new Float32Array(rows.length * OUTPUT_TOKENS * 3),
  });
  const outputs = written["outputs"]!;
  const words = new Uint32Array(outputs.buffer);
  const first = rows.map((_, row) => row * OUTPUT_TOKENS * 3);
  return {
    tokens: first.map((at) => words[at]!),
    logprobs: first.map((at) => outputs[at + 1]!),
    entropies: first.map((at) => outputs[at + 2]!),
    states: new Uint32Array(written["rows"]!.buffer),
  };
}

test("philox gives the published numbers", () => {
  // Known answers of Random123, philox4x32 with 10 rounds.
  const hex = (words: readonly number[]): string[] => words.map((word) => word.toString(16).padStart(8, "0"));
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  const ones = 0xffffffff;
  expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toEqual([
    "408f276d",
    "41c83b0e",
    "a20bc7c6",
    "6d5451fd",
  ]);
});

describeOnGpu("sample", (gpu) => {
  const logits = normals(1, [VOCABULARY], 2).data;
  const { logprobs, entropy } = distributionReference(logits, 0.7);
  const streams = (count: number) => Array.from({ length: count }, (_, stream) => ({ seed: 9, stream }));

  test.each([1, 0.9])("draws tokens as often as they are likely (top-p %d)", async (topP) => {
    const count = 4000;
    const drawn = await draw(gpu(), logits, streams(count), { temperature: 0.7, topP });
    const probabilities = nucleusReference(logprobs, topP);
    const seen = probabilities.map((_, token) => drawn.tokens.filter((other) => other === token).length);
    let chiSquare = 0;
    let degrees = -1;
    for (const [token, probability] of probabilities.entries()) {
      if (probability === 0) expect(seen[token]).toBe(0);
      if (probability * count < 5) continue; // too rare for the approximation
      chiSquare += (seen[token]! - probability * count) ** 2 / (probability * count);
      degrees += 1;
    }
    expect(degrees).toBeGreaterThan(0);
    // Mean is `degrees`, standard deviation sqrt(2 degrees): five of them are passed once in a hundred thousand seeds.
    expect(chiSquare).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
  });

  // 1000 tokens are cut into pieces more than once; fewer tokens than a team leave some of it idle.
  test.each([
    [VOCABULARY, 1, 1],
    [VOCABULARY, 0.9, 1],
    [VOCABULARY, 1, 64],
    [VOCABULARY, 0.9, 64],
    [1000, 1, 64],
    [1000, 0.9, 64],
    [1000, 0.9, 256],
  ] as const)(
    "inverts the cumulative distribution at the Philox number (%i tokens, top-p %d, by %i)",
    async (size, topP, team) => {
      const many = normals(1, [size], 2).data;
      const drawn = await draw(gpu(), many, streams(50), { temperature: 0.7, topP }, team);
      const probabilities = nucleusReference(distributionReference(many, 0.7).logprobs, topP);
      const passed = (tokens: number): number =>
        probabilities.subarray(0, tokens).reduce((sum, probability) => sum + probability, 0);
      for (const [stream, token] of drawn.tokens.entries()) {
        const random = (philox([0, stream, 0, 0], [9, 0])[0] >>> 8) / 2 ** 24;
        expect(probabilities[token]).toBeGreaterThan(0);
        expect(random).toBeGreaterThan(passed(token) - 2e-6); // sums in float32 move borders by so much
        expect(random).toBeLessThan(passed(token + 1) + 2e-6);
      }
      expect(new Set(drawn.tokens).size).toBeGreaterThan(1);
    },
  );

  describe.each([1, 64] as const)("by %i invocations a row", (team) => {
    test("notes logprob and entropy of the distribution before top-p", async () => {
      const drawn = await draw(gpu(), logits, streams(7), { temperature: 0.7, topP: 0.6 }, team);
      const expected = drawn.tokens.map((token) => logprobs[token]!);
      expectClose("logprobs", drawn.logprobs, expected, TOLERANCE);
      const entropies = drawn.tokens.map(() => entropy);
      expectClose("entropies", drawn.entropies, entropies, TOLERANCE);
    });

    test("takes the first of the most likely tokens at temperature 0, with its logprob at temperature 1", async () => {
      const tied = Float64Array.from(logits, (logit, i) => (i === 4 || i === 9 ? 20 : logit));
      const drawn = await draw(gpu(), tied, streams(1), { temperature: 0 }, team);
      expect(drawn.tokens).toEqual([4]);
      const expected = distributionReference(tied, 1);
      expectClose("logprob", drawn.logprobs, [expected.logprobs[4]!], TOLERANCE);
      expectClose("entropy", drawn.entropies, [expected.entropy], TOLERANCE);
    });

    test("leaves rows that have ended as they are", async () => {
      const ended = statesOf([{ output: 0 }, { output: 1 }, { output: 2 }]);
      ended[ROW_WORDS + 10] = 1;
      const { rows, outputs } = await runKernel(gpu(), sample({ vocabulary: VOCABULARY }, team), 3, {
        batch: settingsFor(3, { maxTokens: MAX_TOKENS }),
        logits: Float32Array.from([...logits, ...logits, ...logits]),
        rows: ended,
        outputs: new Float32Array(3 * OUTPUT_TOKENS * 3),
      });
      const sampled = [0, 1, 2].map((row) => new Uint32Array(rows!.buffer)[row * ROW_WORDS + 9]);
      expect(sampled).toEqual([1, 0, 1]);
      const written = [0, 1, 2].map((row) => outputs![row * OUTPUT_TOKENS * 3 + 2]! > 0);
      expect(written).toEqual([true, false, true]);
    });
  });

  test("moves a row on, and leaves it where it is when it ends", async () => {
    const sure = new Float64Array(VOCABULARY);
    sure[6] = 50;
    const state = { token: 3, position: 8, write: 20, suffixStart: 20 };
    const after = async (settings: Partial<BatchSettings>) => {
      const { states } = await draw(gpu(), sure, [state], settings);
      const [token, position, write] = states;
      return { token, position, write, sampled: states[9], finished: states[ROW_WORDS - 2] };
    };
    const stays = { token: 3, position: 8, write: 20, sampled: 1, finished: 1 };
    expect(await after({})).toEqual({ token: 6, position: 9, write: 21, sampled: 1, finished: 0 });
    expect(await after({ eosTokens: [1, 2, 3, 4, 5, 6] })).toEqual(stays);
    expect(await after({ maxTokens: 1 })).toEqual(stays);
  });
});
