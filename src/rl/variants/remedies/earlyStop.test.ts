import { describe, expect, test } from "vitest";
import { methodOf, configFrom } from "../../ttrlConfig.ts";
import { stopOnSettledLabels } from "./earlyStop.ts";

const STOP = stopOnSettledLabels({ stopWindow: 2, stopFlipRate: 0.25 });

describe("the early stop", () => {
  test("remembers the last rates, and passes over steps without one", () => {
    expect(STOP.remember([], { flipRate: 0.5 })).toEqual([0.5]);
    expect(STOP.remember([0.5, 0.25], { flipRate: 0 })).toEqual([0.25, 0]);
    expect(STOP.remember([0.5], { flipRate: null })).toEqual([0.5]);
  });

  test("ends a run when the mean rate has fallen to the bound over a whole window", () => {
    expect(STOP.isOver([0.5, 0.25])).toBe(false);
    expect(STOP.isOver([0.5, 0])).toBe(true);
    expect(STOP.isOver([0])).toBe(false);
    expect(STOP.isOver([])).toBe(false);
  });

  test("is off by default", () => {
    const { earlyStop } = methodOf(configFrom({}));
    expect(earlyStop.remember([], { flipRate: 0 })).toEqual([]);
    expect(earlyStop.isOver([])).toBe(false);
  });
});
