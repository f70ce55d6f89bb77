/** The data of a chart: one row per step. */
import type { RunRecord } from "../../../store/run/record.ts";
import type { ChartSpec, Series } from "./chartSpecs.ts";

/** The values at one step; null for series without a value. */
export interface ChartRow {
  readonly step: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** Returns a row for every step with a value in any series, sorted by step. */
export function chartRows(spec: ChartSpec, { steps, evaluations }: RunRecord): ChartRow[] {
  const rows = new Map<number, Record<string, number | null>>();
  const put = (step: number, { key }: Series, value: number | null): void => {
    if (value === null) return;
    const values = rows.get(step) ?? Object.fromEntries(spec.series.map((series) => [series.key, null]));
    values[key] = value;
    rows.set(step, values);
  };
  for (const series of spec.series) {
    if (series.from === "steps")
      steps.forEach((record) => put(record.metrics.step, series, series.read(record)));
    else evaluations.forEach((evaluation) => put(evaluation.step, series, series.read(evaluation)));
  }
  return [...rows].sort(([a], [b]) => a - b).map(([step, values]) => ({ step, values }));
}

/** Returns the key of the raw values of a smoothed series. */
export function rawKey(key: string): string {
  return `${key} raw`;
}

/** Smooths the step series and adds their raw values under `rawKey`. Evaluations are not smoothed. */
export function smoothRows(spec: ChartSpec, rows: readonly ChartRow[], weight: number): readonly ChartRow[] {
  if (weight === 0) return rows;
  const changed = rows.map(({ step, values }) => ({ step, values: { ...values } }));
  for (const { key, from } of spec.series) {
    if (from !== "steps") continue;
    const raw = rows.map(({ values }) => values[key] ?? null);
    const means = smooth(raw, weight);
    changed.forEach(({ values }, i) => Object.assign(values, { [key]: means[i], [rawKey(key)]: raw[i] }));
  }
  return changed;
}

/** Returns the values of a series with their steps. */
export function seriesPoints(rows: readonly ChartRow[], key: string): { step: number; value: number }[] {
  return rows.flatMap(({ step, values }) => {
    const value = values[key] ?? null;
    return value === null ? [] : [{ step, value }];
  });
}

/** Returns the number of points of the chart's step series before downsampling. */
export function pointsDrawn({ series }: ChartSpec, rows: readonly ChartRow[]): number {
  const ofSteps = series.find(({ from }) => from === "steps") ?? series[0];
  return rows.filter(({ values }) => (values[ofSteps.key] ?? null) !== null).length;
}

/** Whether a chart is shown: optional charts only if the run has data for them. */
export function isShown(spec: ChartSpec, record: RunRecord | null): boolean {
  return !spec.isOptional || (record !== null && pointsDrawn(spec, chartRows(spec, record)) > 0);
}

/**
 * Exponential moving average with decay `weight` in [0, 1) and bias correction (Kingma & Ba, arXiv 1412.6980,
 * section 3). Null values are kept.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
}
