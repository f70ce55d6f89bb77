/** Reduction of the rows of a chart without losing extremes. */
import { at } from "../../../math/at.ts";
import type { ChartRow } from "./chartRows.ts";

/** Recharts draws 300 points in about 30 ms and 5000 in more than a second. */
const MAX_POINTS = 300;

/** Returns at most `limit` rows: the first, the last, and in every bucket the minimum and maximum of each series. */
export function downsample(rows: readonly ChartRow[], limit = MAX_POINTS): readonly ChartRow[] {
  if (rows.length <= limit) return rows;
  const keys = Object.keys(at(rows, 0).values);
  const buckets = Math.max(1, Math.floor((limit - 2) / (2 * Math.max(1, keys.length))));
  const kept = new Set([0, rows.length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * rows.length) / buckets);
    const to = Math.floor(((bucket + 1) * rows.length) / buckets);
    for (const key of keys) extremes(rows, key, from, to).forEach((index) => kept.add(index));
  }
  return [...kept].sort((a, b) => a - b).map((index) => at(rows, index));
}

/** Returns the indices of the minimum and maximum in [from, to). */
function extremes(rows: readonly ChartRow[], key: string, from: number, to: number): number[] {
  const candidates: { index: number; value: number }[] = [];
  for (let index = from; index < to; index++) {
    const value = at(rows, index).values[key] ?? null;
    if (value !== null) candidates.push({ index, value });
  }
  const [first] = candidates;
  if (first === undefined) return [];
  let [lowest, highest] = [first, first];
  for (const candidate of candidates) {
    if (candidate.value < lowest.value) lowest = candidate;
    if (candidate.value > highest.value) highest = candidate;
  }
  return [lowest.index, highest.index];
}
