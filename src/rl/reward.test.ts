import { describe, expect, test } from "vitest";
import { MATH } from "./fixture.ts";
import { rewardFor } from "./reward.ts";

describe("the reward", () => {
  test("is 1 for the pseudo-label and 0 for anything else", () => {
    expect(rewardFor("8", "8", MATH)).toBe(1);
    expect(rewardFor("9", "8", MATH)).toBe(0);
  });

  test("is 0 for silence, even when nobody answered", () => {
    expect(rewardFor(null, "8", MATH)).toBe(0);
    expect(rewardFor(null, null, MATH)).toBe(0);
  });
});
