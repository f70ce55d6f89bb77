import { describe, expect, test } from "vitest";
import { bootstrapInterval, quantile, seedInterval } from "./stats.ts";

describe("the interval over seeds", () => {
  // Published table of Student's t, two-sided 95%, to three decimals; half a unit of the last one is the tolerance.
  test.each([
    [2, 12.706],
    [3, 4.303],
    [5, 2.776],
    [7, 2.447],
    [8, 2.365],
    [11, 2.228],
    [31, 2.042],
    [121, 1.98],
  ])("of %i seeds is as wide as Student's t says", (count, t) => {
    const values = Array.from({ length: count }, (_, i) => i);
    const deviation = Math.sqrt((count * (count + 1)) / 12); // of 0, 1, ..., count - 1, with the n - 1 divisor
    const [low, high] = seedInterval(values)!;
    expect((low + high) / 2).toBeCloseTo((count - 1) / 2, 12);
    expect(Math.abs(((high - low) / 2) * (Math.sqrt(count) / deviation) - t)).toBeLessThan(6e-4);
  });

  test("of three seeds, by hand", () => {
    // mean 0.75, deviation 0.05: 0.75 ± 4.302653 * 0.05 / sqrt(3)
    const [low, high] = seedInterval([0.7, 0.75, 0.8])!;
    expect(low).toBeCloseTo(0.625793, 6);
    expect(high).toBeCloseTo(0.874207, 6);
  });

  test("says nothing of one seed, and is a point when all agree", () => {
    expect(seedInterval([0.7])).toBeNull();
    expect(seedInterval([])).toBeNull();
    expect(seedInterval([0.5, 0.5])).toEqual([0.5, 0.5]);
  });
});

test("the interval over questions is the same whenever it is asked for, and depends on the seed alone", () => {
  const values = Array.from({ length: 30 }, (_, i) => i % 3);
  expect(bootstrapInterval(values)).toEqual(bootstrapInterval(values));
  const [low, high] = bootstrapInterval(values, 7);
  // Normal approximation: 1 ± 1.96 * 0.83 / sqrt(30) = 1 ± 0.297; draws of thirds move the ends by less than 0.07.
  expect(Math.abs(low - 0.703)).toBeLessThan(0.07);
  expect(Math.abs(high - 1.297)).toBeLessThan(0.07);
});

// numpy.quantile([4, 1, 3, 2], [0, 0.25, 0.5, 1])
test.each([
  [0, 1],
  [0.25, 1.75],
  [0.5, 2.5],
  [1, 4],
])("the quantile at %d lies between neighbours", (share, expected) => {
  expect(quantile([4, 1, 3, 2], share)).toBe(expected);
});
