import { describe, expect, test } from "vitest";
import { rotaryFrequencies, type RopeScaling } from "./rotary.ts";

const HEAD = { headDim: 4, ropeTheta: 100 }; // frequencies 1 and 1/10

function expectFrequencies(ropeScaling: RopeScaling | null, ...expected: number[]): void {
  const found = rotaryFrequencies({ ...HEAD, ropeScaling });
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
}

describe("rotary frequencies", () => {
  test("fall from 1 towards 1 / theta", () => expectFrequencies(null, 1, 0.1));

  test("are all divided by a linear scaling's factor", () =>
    expectFrequencies({ type: "linear", factor: 4 }, 0.25, 0.025));

  const llama3 = { type: "llama3", factor: 4, lowFrequency: 1, highFrequency: 3 } as const;
  const turning = (turns: number): number => 2 * Math.PI * turns; // positions in which frequency 1 turns so often

  test("are divided by Llama 3's factor where they turn less than once over the original positions", () =>
    expectFrequencies({ ...llama3, originalPositions: turning(0.9) }, 0.25, 0.025));

  test("are kept where they turn more than three times", () =>
    expectFrequencies({ ...llama3, originalPositions: turning(40) }, 1, 0.1));

  test("are between both in proportion to their turns", () => {
    // Twice is half way: (1 + 1/4) / 2. The other frequency turns 0.2 times.
    expectFrequencies({ ...llama3, originalPositions: turning(2) }, 0.625, 0.025);
    // Once and a half is a quarter of the way: 1/4 + 3/4 * 1/4.
    expectFrequencies({ ...llama3, originalPositions: turning(15) }, 1, 0.1 * (0.25 + 0.75 * 0.25));
  });
});
