import { describe, expect, test } from "vitest";
import { configFrom, methodOf } from "../ttrlConfig.ts";
import { learningRateAt } from "./updateOptions.ts";

describe("the learning rate", () => {
  const rates = (values: object) => {
    const config = configFrom({ steps: 5, warmupSteps: 2, learningRate: 0.08, ...values });
    return [1, 2, 3, 4, 5].map((step) => learningRateAt(step, config, methodOf(config).scheduleLag));
  };

  test("rises linearly over the warm-up and then stays", () => {
    expect(rates({ schedule: "constant" })).toEqual([0.04, 0.08, 0.08, 0.08, 0.08]);
  });

  test("starts at its peak without a warm-up, so that no step is wasted", () => {
    expect(rates({ warmupSteps: 0 })).toEqual([0.08, 0.08, 0.08, 0.08, 0.08]);
  });

  // Three steps after the warm-up are at 1/4, 2/4 and 3/4 of the half cosine: (1 + cos(pi x)) / 2.
  test("falls along a half cosine whose zero is just after the last step", () => {
    const cosine = rates({ schedule: "cosine" });
    const expected = [0.04, 0.08, 0.04 * (1 + Math.SQRT1_2), 0.04, 0.04 * (1 - Math.SQRT1_2)];
    for (const [i, rate] of cosine.entries()) expect(rate).toBeCloseTo(expected[i]!, 15);
  });

  // Each step has the rate of the one before; the half cosine is then divided over one step less: 0, 1/3, 2/3.
  test("lags behind as the authors' does, so that the first step teaches nothing", () => {
    const expected = [0, 0.04, 0.08, 0.06, 0.02];
    const lagging = rates({ schedule: "cosine", scheduleLag: 1 });
    for (const [i, rate] of lagging.entries()) expect(rate).toBeCloseTo(expected[i]!, 15);
    expect(rates({ warmupSteps: 0, scheduleLag: 1 })[0]).toBe(0.08); // without a warm-up nothing is there to lag
  });

  test("is still warming up when the run is shorter than the warm-up", () => {
    expect(rates({ warmupSteps: 10, schedule: "cosine" })).toEqual([0.008, 0.016, 0.024, 0.032, 0.04]);
  });
});
