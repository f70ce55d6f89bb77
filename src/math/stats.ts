/** Sums, means and intervals of plain numbers, in double precision. */
import { createRandom } from "./random.ts";

/** Sum; 0 of nothing. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Mean. Throws on an empty list: the caller decides what the mean of nothing is. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of an empty list");
  return sum(values) / values.length;
}

/** Standard deviation with the n - 1 divisor; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

/** 95% bootstrap interval of the mean (percentile method, 2000 seeded draws). */
export function bootstrapInterval(values: readonly number[], seed = 42): readonly [number, number] {
  const random = createRandom(seed);
  const draws = 2000;
  const means = Array.from({ length: draws }, () => mean(values.map(() => random.choice(values))));
  means.sort((a, b) => a - b);
  const at = (share: number): number => means[Math.round(share * (draws - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}
