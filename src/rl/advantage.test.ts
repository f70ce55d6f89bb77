import { describe, expect, test } from "vitest";
import { groupAdvantages, outcomeRewards } from "./advantage.ts";
import { explainedVariance, generalisedAdvantages } from "./companions/ppo.ts";
import { estimate } from "./fixture.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import fixture from "./fixtures/advantages.json" with { type: "json" };
import { whiten } from "./contracts/tokenTable.ts";

/** The estimator with the paper's settings. */
const by = (advantage: TtrlConfig["advantage"]) => ({ advantage, gamma: 1, lambda: 1, processWeight: 1 });

/** Token tables as plain numbers. */
const plain = (table: readonly (readonly Float64Array[])[]): number[][][] =>
  table.map((group) => group.map((tokens) => [...tokens]));

describe("advantages of a group", () => {
  // Rewards 1 1 1 0: mean 3/4; squared deviations 3 * 1/16 + 9/16 = 3/4; over n - 1 = 3: 1/4, deviation 1/2.
  test("grpo centres and divides by the deviation with the n - 1 divisor", () => {
    const advantages = groupAdvantages([1, 1, 1, 0], "grpo");
    const scale = 0.5 + 1e-6;
    expect(advantages).toEqual([0.25 / scale, 0.25 / scale, 0.25 / scale, -0.75 / scale]);
  });

  test("dr-grpo only centres", () => {
    expect(groupAdvantages([1, 1, 1, 0], "dr-grpo")).toEqual([0.25, 0.25, 0.25, -0.75]);
  });

  // Each of the three is compared with 1, 1 and 0, whose mean is 2/3; the last with 1, 1 and 1.
  test("rloo compares each reward with the mean of the others", () => {
    const [first, second, third, last] = groupAdvantages([1, 1, 1, 0], "rloo");
    for (const advantage of [first, second, third]) expect(advantage).toBeCloseTo(1 / 3, 15);
    expect(last).toBe(-1);
  });

  const estimators = ["grpo", "dr-grpo", "rloo"] as const;
  test.each(estimators)("of a unanimous group are exactly zero with %s", (estimator) => {
    expect(groupAdvantages([1, 1, 1], estimator)).toEqual([0, 0, 0]);
    expect(groupAdvantages([0, 0, 0, 0, 0, 0, 0], estimator)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test.each(estimators)("of a group of one are zero with %s", (estimator) => {
    expect(groupAdvantages([1], estimator)).toEqual([0]);
  });

  test("sum to zero", () => {
    const advantages = groupAdvantages([1, 0, 0, 1, 0, 0, 0], "grpo");
    const total = advantages.reduce((sum, advantage) => sum + advantage, 0);
    expect(Math.abs(total)).toBeLessThan(1e-12); // rounding of seven float64 terms of size 1
  });
});

describe("advantages of a step's tokens", () => {
  const rewards = [[outcomeRewards(1, 1), outcomeRewards(0, 3)]];

  test("have the reward of a response on its own last token", () => {
    expect(plain(rewards)).toEqual([[[1], [0, 0, 0]]]);
    expect([...outcomeRewards(0.5, 3)]).toEqual([0, 0, 0.5]);
  });

  // Tokens 1 | 0 0 0: mean 1/4, squared deviations 9/16 + 3/16 = 3/4, over n - 1 = 3: 1/4.
  test("reinforce++ whitens over all tokens, so that a long response counts for more", () => {
    const scale = Math.sqrt(0.25 + 1e-8);
    const low = -0.25 / scale;
    expect(plain(estimate(rewards, by("reinforce++")))).toEqual([[[0.75 / scale], [low, low, low]]]);
  });

  // Centred in the group 1/2 | -1/2 -1/2 -1/2: mean -1/4, deviations 3/4 and -1/4 as above.
  test("reinforce++-baseline centres each group before it whitens", () => {
    const scale = Math.sqrt(0.25 + 1e-8);
    const low = -0.25 / scale;
    expect(plain(estimate(rewards, by("reinforce++-baseline")))).toEqual([[[0.75 / scale], [low, low, low]]]);
  });

  test("remax subtracts the greedy response's reward, and wants it", () => {
    const early = [[Float64Array.of(0.5, 1), outcomeRewards(0, 1)]];
    expect(plain(estimate(early, by("remax"), { greedyRewards: [1] }))).toEqual([[[0.5, 0], [-1]]]);
    expect(() => estimate(early, by("remax"))).toThrow("no greedy reward for question 0");
  });

  // Rewards to come 1 1 with values 1/2 1/4: advantages 1/2 and 3/4, mean 5/8, variance 1/32 with the n - 1 divisor.
  test("gae is the reward to come less the value, whitened; the returns are not", () => {
    const values = [[Float64Array.of(0.5, 0.25)]];
    const { advantages, returns } = generalisedAdvantages([[outcomeRewards(1, 2)]], values, by("gae"));
    const scale = Math.sqrt(1 / 32 + 1e-8);
    expect(plain(returns)).toEqual([[[1, 1]]]);
    expect(advantages[0]?.[0]?.[0]).toBeCloseTo(-0.125 / scale, 14); // float64 rounding of a square root squared
    expect(advantages[0]?.[0]?.[1]).toBeCloseTo(0.125 / scale, 14);
    expect(() => generalisedAdvantages([[outcomeRewards(1, 3)]], values, by("gae"))).toThrow(
      "differ in shape",
    );
  });

  test("whitening leaves a single token and equal tokens at zero", () => {
    expect(plain(whiten([[Float64Array.of(3)]]))).toEqual([[[0]]]);
    expect(plain(whiten([[Float64Array.of(1, 1)], [Float64Array.of(1)]]))).toEqual([[[0, 0]], [[0]]]);
    expect(whiten([])).toEqual([]);
  });
});

describe("against verl's own functions, with responses of unequal lengths", () => {
  const rewards = fixture.lengths.map((group, question) =>
    group.map((length, i) => outcomeRewards(fixture.rewards[question]?.[i] ?? Number.NaN, length)),
  );
  const values = fixture.values.map((group) => group.map((tokens) => Float64Array.from(tokens)));
  const table = (
    expected: readonly (readonly (readonly number[])[])[],
    actual: readonly Float64Array[][],
  ) => {
    expect(plain(actual).map((group) => group.map(({ length }) => length))).toEqual(fixture.lengths);
    const numbers = plain(actual).flat(2);
    for (const [i, want] of expected.flat(2).entries()) {
      // Both are float64; verl adds 1e-8 to numbers of tokens. The absolute part is for its zeros.
      expect(Math.abs(numbers[i]! - want)).toBeLessThanOrEqual(1e-8 * Math.abs(want) + 1e-12);
    }
  };

  test.each(["grpo", "dr-grpo", "rloo", "reinforce++", "reinforce++-baseline", "remax"] as const)(
    "%s",
    (name) => {
      table(fixture.expected[name], estimate(rewards, by(name), { greedyRewards: fixture.greedyRewards }));
    },
  );

  test("gae and its returns", () => {
    const { advantages, returns } = generalisedAdvantages(rewards, values, by("gae"));
    table(fixture.expected.gae, advantages);
    table(fixture.returns, returns);
    table(fixture.expected.gae, estimate(rewards, by("gae"), { scores: values }));
  });

  test("gae and reinforce++ with discounts", () => {
    const { gamma, lambda, returns: expected, explainedVariance: explained } = fixture.discounted;
    const discounted = (advantage: TtrlConfig["advantage"]) => ({ ...by(advantage), gamma, lambda });
    const { advantages, returns } = generalisedAdvantages(rewards, values, discounted("gae"));
    table(fixture.expected["gae-discounted"], advantages);
    table(expected, returns);
    table(fixture.expected["reinforce++-discounted"], estimate(rewards, discounted("reinforce++")));
    const all = (tokens: readonly Float64Array[][]): number[] => plain(tokens).flat(2);
    // 1e-5 of the variance stands beside it in both.
    expect(explainedVariance(all(values), all(returns))).toBeCloseTo(explained, 9);
  });
});
