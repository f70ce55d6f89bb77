/** The data of a chart: one row per step. */
import type { RunRecord } from "../../../store/run/record.ts";
import type { ChartSpec, Series } from "./chartSpecs.ts";
import { smooth } from "./smooth.ts";

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
  const smoothed = spec.series
    .filter((series) => series.from === "steps")
    .map(({ key }) => ({
      key,
      values: smooth(
        rows.map((row) => row.values[key] ?? null),
        weight,
      ),
    }));
  return rows.map(({ step, values }, i) => {
    const changes = smoothed.flatMap(({ key, values: means }) => [
      [key, means[i] ?? null],
      [rawKey(key), values[key] ?? null],
    ]);
    return { step, values: { ...values, ...(Object.fromEntries(changes) as ChartRow["values"]) } };
  });
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
