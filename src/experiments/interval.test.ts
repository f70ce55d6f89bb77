import { expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import { bootstrapInterval } from "../math/stats.ts";
import { twoLevelInterval } from "./interval.ts";

test("a single seed gives about the interval over questions alone", () => {
  const random = createRandom(1);
  const scores = Array.from({ length: 200 }, () => (random.uniform() < 0.3 ? 1 : 0));
  const [low, high] = twoLevelInterval([scores]);
  const [lowest, highest] = bootstrapInterval(scores);
  // Both ends vary by about a twentieth of the width with the draws.
  expect(Math.abs(low - lowest)).toBeLessThan(0.1 * (highest - lowest));
  expect(Math.abs(high - highest)).toBeLessThan(0.1 * (highest - lowest));
});

test("questions that are all alike leave the spread of the seeds, widened for their small number", () => {
  // Means 0 and 1: a draw of two seeds has mean 0, 1/2 or 1, which sqrt(2) widens around 1/2.
  const [low, high] = twoLevelInterval([Array<number>(10).fill(0), Array<number>(10).fill(1)]);
  expect(low).toBeCloseTo(0.5 - Math.SQRT2 / 2, 12);
  expect(high).toBeCloseTo(0.5 + Math.SQRT2 / 2, 12);
});

test("the interval holds the true mean in about 95 of 100 cases when seeds and questions both vary", () => {
  let held = 0;
  const trials = 60;
  for (let trial = 0; trial < trials; trial++) {
    const random = createRandom(trial);
    const questions = Array.from({ length: 40 }, () => 0.2 * random.normal());
    const seeds = Array.from({ length: 5 }, () => 0.01 * random.normal());
    const [low, high] = twoLevelInterval(
      seeds.map((seed) => questions.map((question) => seed + question + 0.1 * random.normal())),
    );
    if (low <= 0 && 0 <= high) held += 1;
  }
  // 95% of 60 is 57 with a standard deviation of 1.7; few questions and seeds cost some of it.
  expect(held).toBeGreaterThan(51);
  expect(held).toBeLessThan(60);
});

test("runs on different numbers of questions are not mixed", () => {
  expect(() => twoLevelInterval([[1, 0], [1]])).toThrow("every seed needs the same questions");
  expect(() => twoLevelInterval([])).toThrow("every seed needs the same questions");
});
