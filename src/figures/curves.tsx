/** Curves by step with bands over seeds: panels side by side under one legend. */
import { columnIndex, measuredRows, SOURCE_NAMES, SOURCES } from "../experiments/comparison.ts";
import type { Comparison, Source } from "../experiments/comparison.ts";
import type { Plot, Series } from "../experiments/experiment.ts";
import { numberText, tickText, UNIT_WORDS } from "../experiments/numbers.ts";
import { pointsOf, type Point } from "../experiments/points.ts";
import type { Unit } from "../experiments/result.ts";
import { at } from "../math/at.ts";
import {
  inColour,
  Label,
  Lines,
  pixels,
  seriesColour,
  type Drawing,
  type LegendEntry,
  type Tooltip,
} from "./drawing.tsx";
import { scaleOf, unitScale, type Scale } from "./scale.ts";

const PANEL_HEIGHT = 260;
/** Least width of a panel where several are side by side. */
const PANEL_WIDTH = 350;
const MARGIN = { left: 40, right: 12, top: 40, bottom: 30 };

interface CurveLine {
  readonly label: string;
  readonly source: Source;
  readonly colour: string;
  /** Ascending by step; at least one. */
  readonly points: readonly Point[];
}

interface CurvePanel {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly CurveLine[];
}

/** A horizontal line, from a column of the table. */
interface Mark {
  readonly label: string;
  readonly value: number;
}

/** A panel with its axes. */
interface Frame {
  readonly panel: CurvePanel;
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws the series that the plot names, without the lines whose labels are `hidden`. */
export function curvesOf(
  comparison: Comparison,
  plot: Plot & { readonly kind: "curves" },
  width: number,
  hidden: ReadonlySet<string>,
): Drawing {
  const all = panelsOf(comparison, plot.series);
  const marks = marksOf(comparison, plot.marks ?? []);
  const panels = all.map((panel) => ({
    ...panel,
    lines: panel.lines.filter(({ label }) => !hidden.has(label)),
  }));
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / PANEL_WIDTH)));
  const frames = panels.map((panel, i) => {
    const place = { x: (i % columns) * (width / columns), y: Math.floor(i / columns) * PANEL_HEIGHT };
    return frameOf(panel, panel.unit === "share" ? marks : [], { ...place, width: width / columns });
  });
  return {
    legend: legendOf(all, marks),
    width,
    height: Math.ceil(panels.length / columns) * PANEL_HEIGHT,
    description: panels.map(descriptionOf).join(" "),
    content: frames.map((frame) => (
      <PanelContent key={frame.panel.title} frame={frame} marks={frame.panel.unit === "share" ? marks : []} />
    )),
    tooltips: frames.flatMap(tooltipsOf),
  };
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

/** Values of the columns for the first variant: committed, else the user's own. */
function marksOf(comparison: Comparison, labels: readonly string[]): readonly Mark[] {
  const { committed, own } = at(measuredRows(comparison), 0);
  return labels.flatMap((label) => {
    const index = columnIndex(comparison.columns, label);
    const estimate = committed?.values[index] ?? own?.values[index];
    return estimate == null ? [] : [{ label, value: estimate.mean }];
  });
}

function legendOf(panels: readonly CurvePanel[], marks: readonly Mark[]): LegendEntry[] {
  const lines = panels.flatMap((panel) => panel.lines);
  const colours = new Map(lines.map(({ label, colour }) => [label, colour]));
  return [
    ...[...colours].map(([label, colour]) => ({ label, colour, kind: "line" as const })),
    ...marks.map(({ label }) => ({ label, colour: "ink", kind: "mark" as const })),
  ];
}

/** "pass@1, percent by step. TTRL, committed: from 32.1 to 76.3." */
function descriptionOf({ title, unit, lines }: CurvePanel): string {
  const ends = lines.map(({ label, source, points }) => {
    const [first, last] = [at(points, 0), at(points, points.length - 1)];
    const change = `from ${numberText(first.mean, unit)} to ${numberText(last.mean, unit)}`;
    return ` ${label}, ${SOURCE_NAMES[source]}: ${change}.`;
  });
  return `${title}, ${UNIT_WORDS[unit]} by step.${ends.join("")}`;
}

function frameOf(
  panel: CurvePanel,
  marks: readonly Mark[],
  place: { readonly x: number; readonly y: number; readonly width: number },
): Frame {
  const [left, right] = [place.x + MARGIN.left, place.x + place.width - MARGIN.right];
  const [top, bottom] = [place.y + MARGIN.top, place.y + PANEL_HEIGHT - MARGIN.bottom];
  const points = panel.lines.flatMap((line) => line.points);
  // Student's t over few seeds can fall below zero, which no metric drawn here can.
  const values = points.flatMap(({ mean, interval }) => [mean, Math.max(0, interval?.[1] ?? mean)]);
  const y = unitScale(panel.unit, [...values, ...marks.map(({ value }) => value)], {
    ...{ from: bottom, to: top },
    spacing: 30,
  });
  const steps = points.map(({ step }) => step);
  return { panel, x: scaleOf(steps, { from: left, to: right, spacing: 45 }), y, left, right, top, bottom };
}

function PanelContent({ frame, marks }: { readonly frame: Frame; readonly marks: readonly Mark[] }) {
  const { panel, x, y, left, right, top } = frame;
  return (
    <>
      <Label x={left} y={top - 26} isBold>
        {panel.title}
      </Label>
      <Label x={left} y={top - 10} colour="ink-soft">
        {`${UNIT_WORDS[panel.unit]}, by step`}
      </Label>
      <Axes {...frame} />
      {panel.lines.map((line) => (
        <Curve key={`${line.source} ${line.label}`} {...line} x={x} y={y} />
      ))}
      <Lines kind="mark" at={marks.map(({ value }) => [left, y.position(value), right, y.position(value)])} />
    </>
  );
}

function Axes({ panel: { unit }, x, y, left, right, bottom }: Frame) {
  return (
    <>
      <Lines kind="grid" at={y.ticks.map((tick) => [left, y.position(tick), right, y.position(tick)])} />
      <Lines kind="axis" at={[[left, y.position(0), right, y.position(0)]]} />
      {y.ticks.map((tick) => (
        <Label key={tick} x={left - 6} y={y.position(tick) + 4} anchor="end" colour="ink-soft">
          {tickText(tick, unit)}
        </Label>
      ))}
      {x.ticks.map((tick) => (
        <Label key={tick} x={x.position(tick)} y={bottom + 16} anchor="middle" colour="ink-soft">
          {String(tick)}
        </Label>
      ))}
    </>
  );
}

/** Solid for committed values, dashed for the user's own; a dot where there is a single point. */
function Curve({ colour, source, points, x, y }: CurveLine & Pick<Frame, "x" | "y">) {
  const place = ({ step }: Point, value: number): string =>
    `${pixels(x.position(step))} ${pixels(y.position(value))}`;
  const band = [
    ...points.map((point) => place(point, point.interval?.[1] ?? point.mean)),
    ...points.toReversed().map((point) => place(point, point.interval?.[0] ?? point.mean)),
  ];
  const path = `M${points.map((point) => place(point, point.mean)).join("L")}`;
  return (
    <g {...inColour(colour)}>
      {points.some(({ interval }) => interval !== null) && (
        <path d={`M${band.join("L")}Z`} fill="currentColor" fillOpacity={0.14} />
      )}
      <path
        d={points.length === 1 ? `${path}h0` : path} // of no length: its caps are a dot
        fill="none"
        stroke="currentColor"
        strokeWidth={points.length === 1 ? 6 : 2}
        strokeLinecap="round"
        {...(source === "own" && { strokeDasharray: "5 4" })}
      />
    </g>
  );
}

/** One per step of a panel, as wide as half the distance to the steps next to it. */
function tooltipsOf({ panel: { lines, unit }, x, left, right, top, bottom }: Frame): Tooltip[] {
  const points = lines.flatMap((line) => line.points.map((point) => ({ ...line, ...point })));
  const steps = [...new Set(points.map(({ step }) => step))].sort((a, b) => a - b);
  const ends = steps.slice(1).map((step, i) => (x.position(step) + x.position(at(steps, i))) / 2);
  const borders = [left, ...ends, right];
  return steps.map((step, i) => ({
    ...{ x: at(borders, i), width: at(borders, i + 1) - at(borders, i) },
    ...{ y: top, height: bottom - top },
    lines: [
      `Step ${Math.round(step)}`,
      ...points
        .filter((point) => point.step === step)
        .map(({ label, source, mean }) => `${label}, ${SOURCE_NAMES[source]}: ${numberText(mean, unit)}`),
    ],
  }));
}
