/** The panels of a figure of curves and their lines, as data. */
import { measuredRows, SOURCES, type Comparison, type Source } from "../experiments/comparison.ts";
import type { Series } from "../experiments/experiment.ts";
import { pointsOf, type Point } from "../experiments/points.ts";
import type { Unit } from "../experiments/result.ts";
import { at } from "../math/at.ts";
import { seriesColour } from "./drawing.tsx";

export interface CurveLine {
  readonly label: string;
  readonly source: Source;
  readonly colour: string;
  /** Ascending by step; at least one. */
  readonly points: readonly Point[];
}

export interface CurvePanel {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly CurveLine[];
}

/** Returns a panel per series with a line per variant; for a single variant, one panel with a line per series. */
export function panelsOf(comparison: Comparison, series: readonly Series[]): readonly CurvePanel[] {
  const { rows } = comparison;
  const measured = measuredRows(comparison);
  if (rows.length === 1) {
    const { variant, label: title } = at(rows, 0);
    const lines = series.flatMap((each, i) => linesOf(comparison, variant, each.label, each, i));
    return [{ title, unit: unitOf(at(series, 0)), lines }];
  }
  return series.map((each) => ({
    title: each.label,
    unit: unitOf(each),
    // The colour depends on the variant's place among all, measured or not.
    lines: measured.flatMap((row) => linesOf(comparison, row.variant, row.label, each, rows.indexOf(row))),
  }));
}

function unitOf({ metric }: Series): Unit {
  if (metric === "responseLength") return "tokens";
  return metric === "entropy" ? "nats" : "share";
}

function linesOf(
  { cells }: Comparison,
  variant: string,
  label: string,
  series: Series,
  index: number,
): CurveLine[] {
  return SOURCES.flatMap((source) => {
    const points = pointsOf(
      cells[source].filter((cell) => cell.variant === variant),
      series,
    );
    return points.length === 0 ? [] : [{ label, source, colour: seriesColour(index), points }];
  });
}
