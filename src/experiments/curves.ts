/** Lines by step with their intervals over seeds: a panel for each series, or one panel for all series of one variant. */
import { mean, seedInterval } from "../math/stats.ts";
import type { Series } from "./experiment.ts";
import { tickText } from "./numbers.ts";
import type { Estimate, ExperimentResult, ResultCell } from "./result.ts";
import { scaleOf, type Scale } from "./scale.ts";
import { element, figure, legend, line, seriesStyle, text } from "./svg.ts";

const PANEL_HEIGHT = 250;
/** Of one panel alone, and of one beside another. */
const [WIDE, NARROW] = [620, 400];
const MARGIN = { left: 52, right: 16, top: 26, bottom: 40 };
/** Steps of the loop that one point of a line is the mean of. */
const SMOOTHING = 5;

/** A point of a line. */
export interface Point {
  readonly step: number;
  readonly mean: number;
  /** 95% over seeds (Student's t); null of one seed. */
  readonly interval: readonly [number, number] | null;
}

interface Curve {
  readonly label: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly unit: "share" | "tokens" | "nats";
  readonly curves: readonly Curve[];
}

/** Draws the series. */
export function curvesOf(
  result: ExperimentResult,
  series: readonly Series[],
  marks: readonly string[],
): string {
  const panels = panelsOf(result, series);
  const columns = Math.min(2, panels.length);
  const panelWidth = columns === 1 ? WIDE : NARROW;
  const width = columns * panelWidth + 16;
  const labels = (panels[0]?.curves ?? []).map((curve) => curve.label);
  const names = legend([...labels, ...marks], { x: 8, y: 16, width: width - 16 }, (i, x, y) =>
    i < labels.length ? stroke(i, `${x},${y} ${x + 20},${y}`) : line("mark", x, y, x + 20, y),
  );
  const lines = marksOf(result, marks);
  const drawn = panels.flatMap((panel, i) =>
    drawPanel(panel, lines, {
      x: (i % columns) * panelWidth,
      y: names.height + 8 + Math.floor(i / columns) * PANEL_HEIGHT,
      width: panelWidth,
    }),
  );
  const height = names.height + 8 + Math.ceil(panels.length / columns) * PANEL_HEIGHT;
  return figure(width, height + 8, result.definition.title, [...names.parts, ...drawn]);
}

function panelsOf(result: ExperimentResult, series: readonly Series[]): Panel[] {
  const { rows } = result.table;
  const of = (variant: string): ResultCell[] => result.cells.filter((cell) => cell.variant === variant);
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) {
    const curves = series.map((each) => ({ label: each.label, points: pointsOf(of(only.variant), each) }));
    return [{ title: only.label, unit: "share", curves }];
  }
  return series.map((each) => ({
    title: each.label,
    unit: each.metric === "responseLength" ? "tokens" : each.metric === "entropy" ? "nats" : "share",
    curves: rows.map(({ variant, label }) => ({ label, points: pointsOf(of(variant), each) })),
  }));
}

/** Means over seeds by step; of steps of the loop, over five at a time. */
export function pointsOf(cells: readonly ResultCell[], { of, metric }: Series): Point[] {
  const bySeed = cells.map((cell) =>
    of === "evaluations" ? evaluationPoints(cell, metric) : smoothed(stepPoints(cell, metric)),
  );
  const steps = [...new Set(bySeed.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const values = bySeed.map((points) => points.get(step)).filter((value) => value !== undefined);
    return { step, mean: mean(values), interval: seedInterval(values) };
  });
}

function evaluationPoints({ evaluations }: ResultCell, metric: Series["metric"]): Map<number, number> {
  const dataset = evaluations.find(({ at }) => at === "before")?.dataset;
  const own = evaluations.filter(
    (found) => found.dataset === dataset && ["before", "during", "after"].includes(found.at),
  );
  return new Map(
    own.flatMap((found) =>
      metric in found ? [[found.step, found[metric as "passAt1" | "majority"]] as const] : [],
    ),
  );
}

function stepPoints({ curves }: ResultCell, metric: Series["metric"]): (number | null)[] {
  return metric === "passAt1" || metric === "majority" ? [] : [...(curves[metric] ?? [])];
}

function smoothed(values: readonly (number | null)[]): Map<number, number> {
  const points = new Map<number, number>();
  for (let start = 0; start + SMOOTHING <= values.length; start += SMOOTHING) {
    const known = values.slice(start, start + SMOOTHING).filter((value) => value !== null);
    if (known.length > 0) points.set(start + (SMOOTHING + 1) / 2, mean(known));
  }
  return points;
}

function marksOf({ table }: ExperimentResult, marks: readonly string[]): Estimate[] {
  return marks.flatMap((label) => {
    const estimate = table.rows[0]?.values[table.columns.findIndex((column) => column.label === label)];
    return estimate === undefined || estimate === null ? [] : [estimate];
  });
}

function drawPanel(
  { title, unit, curves }: Panel,
  marks: readonly Estimate[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): string[] {
  const [left, right] = [x + MARGIN.left, x + width - MARGIN.right];
  const [top, bottom] = [y + MARGIN.top, y + PANEL_HEIGHT - MARGIN.bottom];
  const points = curves.flatMap((curve) => curve.points);
  const ends = points.flatMap((point) => [point.mean, ...(point.interval ?? [])]);
  // Student's t on few seeds reaches beyond what a share can be.
  const within =
    unit === "share" ? ends.map((end) => Math.min(1, Math.max(0, end))) : ends.map((end) => Math.max(0, end));
  const up = scaleOf([...within, ...marks.map((mark) => mark.mean)], bottom, top);
  const along = scaleOf(
    points.map(({ step }) => step),
    left,
    right,
  );
  return [
    text(left, y + 16, title, "start", "title"),
    ...axes(up, along, { left, right, top, bottom, unit }),
    ...curves.flatMap((curve, i) => drawCurve(curve.points, i, up, along)),
    ...marks.map((mark) => line("mark", left, up.place(mark.mean), right, up.place(mark.mean))),
  ];
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly unit: Panel["unit"];
}

function axes(up: Scale, along: Scale, { left, right, top, bottom, unit }: Frame): string[] {
  const words = { share: "percent", tokens: "tokens", nats: "nats a token" }[unit];
  const middle = (top + bottom) / 2;
  return [
    ...up.ticks.flatMap((tick) => [
      line(tick === 0 ? "axis" : "grid", left, up.place(tick), right, up.place(tick)),
      text(left - 6, up.place(tick) + 4, tickText(tick, unit), "end", "quiet"),
    ]),
    ...along.ticks.map((tick) =>
      text(along.place(tick), bottom + 16, tickText(tick, "tokens"), "middle", "quiet"),
    ),
    text((left + right) / 2, bottom + 32, "steps", "middle", "quiet"),
    element(
      "g",
      { transform: `rotate(-90 ${left - 38} ${middle})` },
      text(left - 38, middle, words, "middle", "quiet"),
    ),
  ];
}

function drawCurve(points: readonly Point[], index: number, up: Scale, along: Scale): string[] {
  const [low, high] = [up.ticks[0] ?? 0, up.ticks.at(-1) ?? 1];
  const at = (step: number, value: number): string =>
    `${along.place(step).toFixed(1)},${up.place(Math.min(high, Math.max(low, value))).toFixed(1)}`;
  const { colour } = seriesStyle(index);
  const band = [
    ...points.map((point) => at(point.step, point.interval?.[1] ?? point.mean)),
    ...[...points].reverse().map((point) => at(point.step, point.interval?.[0] ?? point.mean)),
  ];
  return [
    element("polygon", { points: band.join(" "), fill: colour, "fill-opacity": 0.14 }),
    stroke(index, points.map((point) => at(point.step, point.mean)).join(" ")),
  ];
}

function stroke(index: number, points: string): string {
  const { colour, dashes } = seriesStyle(index);
  return element("polyline", {
    points,
    fill: "none",
    stroke: colour,
    "stroke-width": 2,
    "stroke-dasharray": dashes,
  });
}
