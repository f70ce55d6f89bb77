/** Bars lying down: a group for each variant, its name at the left, intervals as whiskers, marks across the group. */
import { numberText, tickText, UNIT_WORDS } from "./numbers.ts";
import type { Estimate, ExperimentResult, ResultRow, Unit } from "./result.ts";
import { scaleOf, type Scale } from "./scale.ts";
import { element, figure, legend, line, seriesStyle, text, textWidth } from "./svg.ts";

const [BAR, GAP, RIGHT] = [15, 12, 64];
const PLOT_WIDTH = 460;

/** Draws the columns named, of which the first says the unit of the axis. */
export function barsOf(
  result: ExperimentResult,
  columns: readonly string[],
  marks: readonly string[],
): string {
  const { rows, columns: known } = result.table;
  const index = (label: string): number => known.findIndex((column) => column.label === label);
  const [bars, lines] = [columns.map(index), marks.map(index)];
  const unit = known[bars[0] ?? 0]?.unit ?? "share";
  const shown = rows.flatMap((row) => [...bars, ...lines].map((i) => row.values[i] ?? null));
  const left = 16 + Math.max(...rows.map(({ label }) => textWidth(label)));
  const scale = scaleOf(shown.flatMap(endsOf), left, left + PLOT_WIDTH);
  const width = left + PLOT_WIDTH + RIGHT;
  const names = legend([...columns, ...marks], { x: 8, y: 16, width: width - 16 }, (i, x, y) =>
    i < columns.length
      ? element("rect", { x, y: y - 6, width: 20, height: 11, fill: seriesStyle(i).colour })
      : line("mark", x + 10, y - 7, x + 10, y + 7),
  );
  const top = names.height + 12;
  const high = bars.length * BAR + GAP;
  const bottom = top + rows.length * high;
  const groups = rows.flatMap((row, i) =>
    group(row, { top: top + i * high, left, bars, lines, scale, unit }),
  );
  return figure(width, bottom + 44, result.definition.title, [
    ...names.parts,
    ...axis(scale, unit, top, bottom),
    ...groups,
    text(left + PLOT_WIDTH / 2, bottom + 36, UNIT_WORDS[unit], "middle", "quiet"),
  ]);
}

function endsOf(estimate: Estimate | null): readonly number[] {
  return estimate === null ? [] : [estimate.mean, ...(estimate.interval ?? [])];
}

function axis(scale: Scale, unit: Unit, top: number, bottom: number): string[] {
  return scale.ticks.flatMap((tick) => {
    const x = scale.place(tick);
    const kind = tick === 0 ? "axis" : "grid";
    return [line(kind, x, top, x, bottom), text(x, bottom + 16, tickText(tick, unit), "middle", "quiet")];
  });
}

interface GroupPlace {
  readonly top: number;
  readonly left: number;
  /** Columns by their place in the table. */
  readonly bars: readonly number[];
  readonly lines: readonly number[];
  readonly scale: Scale;
  readonly unit: Unit;
}

function group({ label, values }: ResultRow, { top, left, bars, lines, scale, unit }: GroupPlace): string[] {
  const middle = top + GAP / 2 + (bars.length * BAR) / 2;
  const drawn = bars.flatMap((column, i) => {
    const estimate = values[column] ?? null;
    return estimate === null ? [] : bar(estimate, { y: top + GAP / 2 + i * BAR, scale, unit, index: i });
  });
  const marked = lines.flatMap((column) => {
    const estimate = values[column] ?? null;
    if (estimate === null) return [];
    const x = scale.place(estimate.mean);
    return [line("mark", x, top + GAP / 2 - 2, x, top + high(bars) - GAP / 2 + 2)];
  });
  return [text(left - 8, middle + 4, label, "end"), ...drawn, ...marked];
}

function high(bars: readonly number[]): number {
  return bars.length * BAR + GAP;
}

function bar(
  { mean, interval }: Estimate,
  { y, scale, unit, index }: { y: number; scale: Scale; unit: Unit; index: number },
): string[] {
  const [zero, end] = [scale.place(0), scale.place(mean)];
  const middle = y + BAR / 2;
  const [low, top] = interval === null ? [end, end] : [scale.place(interval[0]), scale.place(interval[1])];
  return [
    element("rect", {
      x: Math.min(zero, end),
      y: y + 1,
      width: Math.abs(end - zero),
      height: BAR - 2,
      fill: seriesStyle(index).colour,
    }),
    ...(interval === null ? [] : whisker(low, top, middle)),
    text(Math.max(top, end, zero) + 6, middle + 4, numberText(mean, unit), "start", "quiet"),
  ];
}

function whisker(from: number, to: number, y: number): string[] {
  return [
    line("whisker", from, y, to, y),
    line("whisker", from, y - 3, from, y + 3),
    line("whisker", to, y - 3, to, y + 3),
  ];
}
