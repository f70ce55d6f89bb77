import { describe, expect, test } from "vitest";
import { outcomeRewards } from "../advantage.ts";
import { estimate, say } from "../fixture.ts";
import fixture from "../fixtures/prime.json" with { type: "json" };
import { combinedRewards, crossEntropy, pairwiseAccuracy, processRewards } from "./processRewards.ts";
import { rewardLesson } from "./prime.ts";
import type { Response } from "../contracts/types.ts";

/** All numbers of a table, one after the other. */
const flat = (table: readonly (readonly Iterable<number>[])[]): number[] =>
  table.flatMap((group) => group.flatMap((tokens) => [...tokens]));

describe("process rewards", () => {
  // Log ratios 1 -3 | 2 with beta 1/2; last tokens are the outcome's: 1/2 0 | 0, whose largest sum to the end is 1/2.
  test("are log ratios over the largest sum, but for last tokens", () => {
    const logprobs = [[Float32Array.of(-1, -4), Float32Array.of(-1)]];
    const initial = [[Float32Array.of(-2, -1), Float32Array.of(-3)]];
    const [[long, short] = []] = processRewards(logprobs, initial, 0.5);
    expect([...(long ?? [])]).toEqual([0.5 / (0.5 + 1e-6), 0]);
    expect([...(short ?? [])]).toEqual([0]);
  });

  test("are 0 while the reward model is the initial one", () => {
    const logprobs = [[Float32Array.of(-1, -4, -2)]];
    expect(flat(processRewards(logprobs, logprobs, 0.05))).toEqual([0, 0, 0]);
  });

  test("want both models' logprobs of all tokens", () => {
    expect(() => processRewards([[new Float32Array(2)]], [[new Float32Array(1)]], 1)).toThrow(
      "different lengths",
    );
  });
});

describe("rewards of both sources", () => {
  // Outcomes 1 and 0 of two responses: leave-one-out 2 - 1 = 1 and 0 - 1 = -1 at their last tokens.
  test("are the outcome's alone where the process counts nothing", () => {
    const processes = [[Float64Array.of(5, 0), Float64Array.of(0)]];
    const outcomes = [[outcomeRewards(1, 2), outcomeRewards(0, 1)]];
    expect(combinedRewards(outcomes, processes, 0)).toEqual([[Float64Array.of(0, 1), Float64Array.of(-1)]]);
  });

  // Process rewards 4 0 | 0: means 2 and 0, their sum over n - 1 is 2: tokens 4 * 2 - 2, 0 - 2 | 0 - 2.
  test("compare each token's process reward with the responses' means", () => {
    const processes = [[Float64Array.of(4, 0), Float64Array.of(0)]];
    const outcomes = [[outcomeRewards(0, 2), outcomeRewards(0, 1)]];
    expect(combinedRewards(outcomes, processes, 0.5)).toEqual([
      [Float64Array.of(3, -1), Float64Array.of(-1)],
    ]);
  });

  test("are 0 for a response that is alone", () => {
    const alone = combinedRewards([[outcomeRewards(1, 2)]], [[Float64Array.of(1, 0)]], 1);
    expect(alone).toEqual([[Float64Array.of(0, 0)]]);
  });

  test("want a process reward of each token", () => {
    expect(() => combinedRewards([[outcomeRewards(1, 2)]], [[new Float64Array(1)]], 1)).toThrow(
      "differ in shape",
    );
  });
});

describe("the reward model's accuracy", () => {
  // Of the pairs (0, 1), (0, 2), (1, 2) the first and the last have different outcomes; the scores order one rightly.
  test("counts pairs with different rewards, and 1/2 where there are none", () => {
    expect(pairwiseAccuracy([[2, 1, 3]], [[1, 0, 1]])).toBe(1);
    expect(pairwiseAccuracy([[2, 1, 0]], [[1, 0, 1]])).toBe(0.5);
    expect(pairwiseAccuracy([[2, 1, 0], [7, 8]], [[1, 0, 1], [1, 1]])).toBe(0.5); // prettier-ignore
  });

  test("cross-entropy is that of a coin at first, and finite for a model that is sure and wrong", () => {
    expect(crossEntropy(0.5, 1)).toBeCloseTo(Math.log(2), 15);
    expect(crossEntropy(1, 0)).toBe(100);
  });
});

describe("against the authors' own code, with responses of unequal lengths", () => {
  const table = (name: "logprobs" | "initial") =>
    fixture[name].map((group) => group.map((tokens) => Float32Array.from(tokens)));
  const [logprobs, initial] = [table("logprobs"), table("initial")];
  const scores = processRewards(logprobs, initial, fixture.beta);
  /** Within a relative tolerance: their outcomes among the advantages are float32. The absolute part is for zeros. */
  const near = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
    expect(found).toHaveLength(expected.length);
    for (const [i, want] of expected.entries())
      expect(Math.abs(found[i]! - want)).toBeLessThanOrEqual(tolerance * Math.abs(want) + 1e-12);
  };

  test("process rewards, their mean and their accuracy", () => {
    near(flat(scores), flat(fixture.processRewards), 1e-9);
    const totals = scores.map((group) => group.map((tokens) => tokens.reduce((a, b) => a + b, 0)));
    const mean = totals.flat().reduce((a, b) => a + b, 0) / totals.flat().length;
    near([mean], [fixture.reward], 1e-9);
    near([pairwiseAccuracy(totals, fixture.outcomes)], [fixture.accuracy], 1e-9);
  });

  test.each(fixture.advantages)("advantages with process weight $weight", ({ weight, tokens }) => {
    const rewards = fixture.lengths.map((group, question) =>
      group.map((length, i) => outcomeRewards(fixture.outcomes[question]![i]!, length)),
    );
    const estimation = { advantage: "prime", gamma: 1, lambda: 1, processWeight: weight } as const;
    near(flat(estimate(rewards, estimation, { scores })), flat(tokens), 1e-5);
  });

  test("the reward model's loss, and the descent of its update", () => {
    const groups = fixture.lengths.map((group) =>
      group.map((length) => {
        const response: Response = { ...say(""), tokens: new Int32Array(length) };
        return { prompt: "", response };
      }),
    );
    const { outcomes, beta } = fixture;
    const { rollouts, loss } = rewardLesson(groups, { logprobs, initial, outcomes }, beta);
    near([loss], [fixture.loss], 1e-9);
    // An update with ratio 1 descends -advantage * weight at each token. Advantages are float32.
    const descent = rollouts.flatMap(({ advantages, weight }) =>
      [...advantages].map((value) => -value * weight),
    );
    near(descent, flat(fixture.gradient), 1e-6);
    expect(rollouts.map(({ response }) => response.logprobs)).toEqual(logprobs.flat());
  });
});
