import { describe, expect, test } from "vitest";
import { judge, sampledOf, say } from "../../fixture.ts";
import { shapeAdvantages } from "./advantageShaping.ts";

const plain = (table: readonly Float64Array[]): number[][] => table.map((tokens) => [...tokens]);
const ADVANTAGES = [Float64Array.of(3, 1), Float64Array.of(-2.5)];

describe("shaped advantages", () => {
  // Mean entropy of the two kept is 1: factors 1 + (1 - 0.5) / 1 = 1.5 and 1 + (1 - 1.5) / 1 = 0.5.
  test("by entropy are larger where the response was surer than its group", () => {
    const responses = [{ entropy: 0.5 }, { entropy: 1.5 }, { entropy: 100 }]; // the third only voted
    expect(plain(shapeAdvantages(ADVANTAGES, responses, "entropy"))).toEqual([[4.5, 1.5], [-1.25]]);
  });

  test("by entropy stay as they are where nothing is unsure, and where nothing is kept", () => {
    const responses = [{ entropy: 0 }, { entropy: 0 }];
    expect(plain(shapeAdvantages(ADVANTAGES, responses, "entropy"))).toEqual([[3, 1], [-2.5]]);
    expect(shapeAdvantages([], [], "entropy")).toEqual([]);
  });

  test("by clipping are held within two", () => {
    expect(plain(shapeAdvantages(ADVANTAGES, [], "clip"))).toEqual([[2, 1], [-2]]);
  });

  // Quartiles of 0.1, 0.9, 1, 1.2 and 1.4 are 0.9 and 1.2: the bound is 0.9 - 0.75 * 0.3 = 0.675.
  test("of outliers that are far too sure are 0", () => {
    const responses = [1, 0.1, 1.2, 0.9, 1.4].map((entropy) => ({ entropy }));
    const advantages = responses.map(() => Float64Array.of(1, 2));
    const kept = plain(shapeAdvantages(advantages, responses, "outliers"));
    expect(kept).toEqual([
      [1, 2],
      [0, 0],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test("by none are the same", () => {
    const responses = ["8", "8", "9"].map((answer, i) => ({ ...say(`\\boxed{${answer}}`), entropy: i }));
    const advantagesOf = (values: object) => judge([sampledOf(responses)], values).advantages;
    expect(advantagesOf({ advantageShaping: "none" })).toEqual(advantagesOf({}));
    expect(advantagesOf({ advantageShaping: "entropy" })).not.toEqual(advantagesOf({}));
  });
});
