import { expect, test } from "vitest";
import { crossedInterval } from "../src/experiments/interval.ts";
import { coverage, POPULATIONS } from "./intervalCoverage.ts";

// 95% of 300 trials has a standard deviation of 1.3 points; few seeds of skewed log-odds cost some points more.
test.each(POPULATIONS.filter(({ population }) => population.seeds === 3))(
  "three seeds, spread mostly over $spread: the interval holds the mean in 9 of 10 experiments or more",
  ({ population }) => {
    expect(coverage({ ...population, questions: 60 }, crossedInterval, 300)).toBeGreaterThan(0.9);
  },
);
