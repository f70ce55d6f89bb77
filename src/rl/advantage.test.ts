import { describe, expect, test } from "vitest";
import { groupAdvantages } from "./advantage.ts";

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

  test.each(["grpo", "dr-grpo"] as const)("of a unanimous group are exactly zero with %s", (estimator) => {
    expect(groupAdvantages([1, 1, 1], estimator)).toEqual([0, 0, 0]);
    expect(groupAdvantages([0, 0, 0, 0, 0, 0, 0], estimator)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test.each(["grpo", "dr-grpo"] as const)("of a group of one are zero with %s", (estimator) => {
    expect(groupAdvantages([1], estimator)).toEqual([0]);
  });

  test("sum to zero", () => {
    const advantages = groupAdvantages([1, 0, 0, 1, 0, 0, 0], "grpo");
    const total = advantages.reduce((sum, advantage) => sum + advantage, 0);
    expect(Math.abs(total)).toBeLessThan(1e-12); // rounding of seven float64 terms of size 1
  });
});
