import { expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import { seedInterval } from "../math/stats.ts";
import { crossedInterval } from "./interval.ts";

function expectEnds(found: readonly [number, number], expected: readonly [number, number] | null): void {
  for (const end of [0, 1] as const) expect(found[end]).toBeCloseTo(expected![end], 12);
}

test("a single seed gives Student's interval over questions", () => {
  const scores = [0, 0, 1, 0, 1, 1, 0, 0.5];
  expectEnds(crossedInterval([scores]), seedInterval(scores));
});

test("questions that are all alike give Student's interval over seeds", () => {
  const seeds = [0.2, 0.5, 0.3];
  expectEnds(crossedInterval(seeds.map((seed) => Array<number>(10).fill(seed))), seedInterval(seeds));
});

test("seeds that are all alike give Student's interval over questions", () => {
  const scores = [0, 1, 1, 0.25];
  expectEnds(crossedInterval([scores, scores, scores]), seedInterval(scores));
});

test("adds the squares of both half widths in a table worked by hand", () => {
  // Seeds' means 2 and 4: variance 2, over 2 seeds 1, t = 12.7062. Questions' means 2, 3, 4: variance 1, residual 0, over 3
  // questions 1/3, t = 4.3027. The half width is sqrt(12.7062^2 + 4.3027^2 / 3) = 12.9468.
  const [low, high] = crossedInterval([
    [1, 2, 3],
    [3, 4, 5],
  ]);
  expect(low).toBeCloseTo(3 - 12.9468, 3);
  expect(high).toBeCloseTo(3 + 12.9468, 3);
});

test("no spread at all gives a point, and a residual alone does not", () => {
  expect(crossedInterval([[0.5, 0.5]])).toEqual([0.5, 0.5]);
  const random = createRandom(1);
  const noise = Array.from({ length: 3 }, () => Array.from({ length: 40 }, () => random.normal()));
  const [low, high] = crossedInterval(noise);
  expect(high - low).toBeGreaterThan((2 * 1.96 * 0.9) / Math.sqrt(120)); // of independent values
});

test("runs on different numbers of questions are not mixed", () => {
  expect(() => crossedInterval([[1, 0], [1]])).toThrow("every seed needs the same questions");
  expect(() => crossedInterval([])).toThrow("every seed needs the same questions");
});
