/** Descriptive statistics and confidence intervals, in double precision. */
import { at } from "./at.ts";
import { createRandom } from "./random.ts";

/** Sum; 0 for an empty list. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Arithmetic mean. Throws a RangeError for an empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of an empty list");
  return sum(values) / values.length;
}

/** Sample standard deviation (divisor n - 1); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

/** Quantile `share` in [0, 1] with linear interpolation (NumPy's default). Throws a RangeError for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("quantile of an empty list");
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = at(sorted, Math.floor(place));
  const above = at(sorted, Math.ceil(place));
  return below + (place - Math.floor(place)) * (above - below);
}

/** 95% bootstrap interval of the mean (percentile method, 2000 seeded draws). */
export function bootstrapInterval(values: readonly number[], seed = 42): readonly [number, number] {
  const random = createRandom(seed);
  const draws = 2000;
  const means = new Float64Array(draws).map(() => {
    let total = 0; // no intermediate arrays: the page does this for every evaluation shown
    for (let i = 0; i < values.length; i++) total += random.choice(values);
    return total / values.length;
  });
  means.sort();
  const quantileAt = (share: number): number => at(means, Math.round(share * (draws - 1)));
  return [quantileAt(0.025), quantileAt(0.975)];
}

/** 0.975 quantile of Student's t for 1 to 6 degrees of freedom. */
const T_975 = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912] as const;

/** 0.975 quantile of Student's t for whole degrees of freedom; above six degrees of freedom by Fisher's expansion, with an error below 1e-4. */
export function studentT(freedom: number): number {
  const known = T_975[freedom - 1];
  if (known !== undefined) return known;
  const z = 1.959963984540054; // the normal quantile, its limit
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return z + sum(terms.map((term, i) => term / freedom ** (i + 1)));
}

/**
 * 95% confidence interval of a mean over few independent runs, such as seeds, by Student's t (a bootstrap of three to five
 * values is far too narrow). Null for fewer than two values.
 */
export function seedInterval(values: readonly number[]): readonly [number, number] | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const half = (studentT(values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return [centre - half, centre + half];
}
