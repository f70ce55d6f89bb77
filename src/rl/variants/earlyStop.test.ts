import { describe, expect, test } from "vitest";
import { configFrom } from "../ttrlConfig.ts";
import { hasSettled, watchFlips } from "./earlyStop.ts";

const CONFIG = configFrom({ stopWindow: 2, stopFlipRate: 0.25 });

describe("the watch on flips", () => {
  test("keeps the last rates, and passes over steps without one", () => {
    expect(watchFlips({}, 0.5, CONFIG)).toEqual({ recentFlipRates: [0.5] });
    expect(watchFlips({ recentFlipRates: [0.5, 0.25] }, 0, CONFIG)).toEqual({ recentFlipRates: [0.25, 0] });
    expect(watchFlips({ recentFlipRates: [0.5] }, null, CONFIG)).toEqual({ recentFlipRates: [0.5] });
  });

  test("calls labels settled when their mean rate has fallen to the bound over a whole window", () => {
    expect(hasSettled({ recentFlipRates: [0.5, 0.25] }, CONFIG)).toBe(false);
    expect(hasSettled({ recentFlipRates: [0.5, 0] }, CONFIG)).toBe(true);
    expect(hasSettled({ recentFlipRates: [0] }, CONFIG)).toBe(false);
    expect(hasSettled({}, CONFIG)).toBe(false);
  });

  test("is off by default", () => {
    expect(watchFlips({}, 0, configFrom({}))).toEqual({});
    expect(hasSettled({}, configFrom({}))).toBe(false);
  });
});
