/** What an experiment's curves draw: panels of lines, each of one source. */
import { pointsOf, type Point } from "../../experiments/curves.ts";
import type { Experiment, Series } from "../../experiments/experiment.ts";
import type { ResultCell, Unit } from "../../experiments/result.ts";
import { measuredRows, SOURCES, type Comparison, type Source } from "./comparison.ts";
import { inkOf } from "./inks.ts";

export interface CurveLine {
  readonly key: string;
  readonly label: string;
  readonly source: Source;
  readonly colour: string;
  readonly points: readonly Point[];
}

export interface CurvePanel {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly CurveLine[];
}

/** All values of a panel at one step, by the keys of its lines. */
export interface CurveRow {
  readonly step: number;
  readonly points: Readonly<Record<string, Point>>;
}

/** A panel for each series with lines for the variants; of one variant, one panel with a line for each series. */
export function panelsOf(
  { variants }: Experiment,
  comparison: Comparison,
  series: readonly Series[],
): readonly CurvePanel[] {
  const { cells } = comparison;
  const rows = measuredRows(comparison);
  const [only] = rows;
  if (variants.length === 1 && only !== undefined) {
    const lines = series.flatMap((each, i) => linesOf(only.variant, each.label, each, cells, i));
    return [{ title: only.label, unit: unitOf(series[0]), lines }];
  }
  return series.map((each) => ({
    title: each.label,
    unit: unitOf(each),
    lines: rows.flatMap(({ variant, label }) => {
      // A variant keeps its colour whatever else has been measured.
      const place = variants.findIndex(({ name }) => name === variant);
      return linesOf(variant, label, each, cells, place);
    }),
  }));
}

function unitOf(series: Series | undefined): Unit {
  if (series?.metric === "responseLength") return "tokens";
  return series?.metric === "entropy" ? "nats" : "share";
}

function linesOf(
  variant: string,
  label: string,
  series: Series,
  cells: Readonly<Record<Source, readonly ResultCell[]>>,
  ink: number,
): CurveLine[] {
  return SOURCES.flatMap((source) => {
    const own = cells[source].filter((cell) => cell.variant === variant);
    const points = own.length === 0 ? [] : pointsOf(own, series);
    return points.length === 0
      ? []
      : [{ key: `${source} ${label}`, label, source, colour: inkOf(ink), points }];
  });
}

/** The points of all lines by step. */
export function curveRows(lines: readonly CurveLine[]): readonly CurveRow[] {
  const rows = new Map<number, Record<string, Point>>();
  for (const { key, points } of lines) {
    for (const point of points) rows.set(point.step, { ...rows.get(point.step), [key]: point });
  }
  return [...rows].sort(([a], [b]) => a - b).map(([step, points]) => ({ step, points }));
}
