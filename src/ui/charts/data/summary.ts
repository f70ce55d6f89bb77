/** The text alternative of a chart and its latest value. */
import { METRICS } from "../../../rl/metrics/metrics.ts";
import { measured, points, quantity } from "../../format.ts";
import { seriesPoints, type ChartRow } from "./chartRows.ts";
import type { ChartSpec, Series } from "./chartSpecs.ts";

/** Describes every series: "evaluations: from 32.0% at step 0 to 76.0% at step 100, between 32.0% and 77.0%." */
export function chartSummary(spec: ChartSpec, rows: readonly ChartRow[], level: number | null): string {
  const sentences = spec.series.flatMap((series) => seriesSentence(series, rows) ?? []);
  if (sentences.length === 0) return spec.absence;
  const initial = level === null ? [] : [`Initial Maj@N: ${measured(level, "share")}.`];
  return [...sentences, ...initial].join(" ");
}

function seriesSentence({ key, metric, label }: Series, rows: readonly ChartRow[]): string | null {
  const values = seriesPoints(rows, key);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return null;
  const text = (value: number): string => measured(value, METRICS[metric].unit);
  if (values.length === 1) return `${label}: ${text(first.value)} at step ${first.step}.`;
  const lowest = values.reduce((least, { value }) => Math.min(least, value), first.value);
  const highest = values.reduce((most, { value }) => Math.max(most, value), first.value);
  return `${label}: from ${text(first.value)} at step ${first.step} to ${text(last.value)} at step ${last.step}, between ${text(lowest)} and ${text(highest)}.`;
}

/** Returns the latest value of the first series with values, and its change since the first value. */
export function latestReading(
  spec: ChartSpec,
  rows: readonly ChartRow[],
): { readonly value: string; readonly change: string | null } | null {
  for (const { key, metric } of spec.series) {
    const values = seriesPoints(rows, key);
    const [first, last] = [values[0], values.at(-1)];
    if (first === undefined || last === undefined) continue;
    const { unit } = METRICS[metric];
    const change = last.value - first.value;
    return {
      value: measured(last.value, unit),
      change: values.length === 1 ? null : changeText(change, unit === "share", first.step),
    };
  }
  return null;
}

function changeText(change: number, isShare: boolean, since: number): string {
  const amount = isShare ? points(change) : `${change > 0 ? "+" : ""}${quantity(change)}`;
  return `${amount} since step ${since}`;
}
