/** Horizontal bars: a group per variant, intervals as whiskers, marks as lines across the group. */
import { columnIndex, measuredRows, SOURCE_NAMES, SOURCES, hasSource } from "../experiments/comparison.ts";
import type { ComparedRow, Comparison, Source } from "../experiments/comparison.ts";
import type { Plot } from "../experiments/experiment.ts";
import { estimateText, numberText, tickText, UNIT_WORDS } from "../experiments/numbers.ts";
import type { Estimate, Unit } from "../experiments/result.ts";
import { at } from "../math/at.ts";
import {
  BAR_OPACITY,
  inColour,
  Label,
  Lines,
  pixels,
  seriesColour,
  textWidth,
  wrapped,
  type Drawing,
} from "./drawing.tsx";
import { unitScale, type Scale } from "./scale.ts";

/** Heights of a bar and of a line of text, space between groups, space at the right for the last number. */
const [BAR, TEXT, GAP, RIGHT] = [15, 15, 12, 40];
const AXIS_HEIGHT = 40;

/** One column of one source: a bar, or a mark, of every group. */
interface BarSeries {
  readonly label: string;
  readonly source: Source;
  readonly colour: string;
  readonly isMark: boolean;
  readonly read: (row: ComparedRow) => Estimate | null;
}

interface Group {
  readonly row: ComparedRow;
  readonly names: readonly string[];
  readonly y: number;
  readonly height: number;
}

/** Draws the columns that the plot names; the first one determines the unit of the axis. */
export function barsOf(
  comparison: Comparison,
  plot: Plot & { readonly kind: "bars" },
  width: number,
): Drawing {
  const { columns, marks = [] } = plot;
  const series = seriesOf(comparison, columns, marks);
  const { unit } = at(comparison.columns, columnIndex(comparison.columns, at(columns, 0)));
  const groups = groupsOf(measuredRows(comparison), series, Math.max(128, 0.4 * width));
  const left = 14 + Math.max(...groups.flatMap(({ names }) => names.map(textWidth)));
  const ends = groups.flatMap(({ row }) => series.flatMap(({ read }) => endsOf(read(row))));
  const scale = unitScale(unit, ends, { from: left, to: width - RIGHT, spacing: 50 });
  const last = at(groups, groups.length - 1);
  const bottom = last.y + last.height;
  return {
    legend: [
      ...columns.map((label, i) => ({ label, colour: seriesColour(i), kind: "bar" as const })),
      ...marks.map((label) => ({ label, colour: "ink", kind: "mark" as const })),
    ],
    width,
    height: bottom + AXIS_HEIGHT,
    description: `${columns.join(", ")} of ${groups.length} variants as bars, ${UNIT_WORDS[unit]}`,
    content: (
      <>
        <Axis scale={scale} unit={unit} bottom={bottom} />
        {groups.map((group) => (
          <GroupBars key={group.row.variant} {...{ group, series, scale, unit, left }} />
        ))}
      </>
    ),
    tooltips: groups.map(({ row, y, height }) => ({
      ...{ x: 0, y, width, height },
      lines: [`${row.label} (${UNIT_WORDS[unit]})`, ...series.flatMap((each) => valueLine(each, row, unit))],
    })),
  };
}

/** Column by column, each source's bar below the one before; then the marks, of the first source. */
function seriesOf(comparison: Comparison, columns: readonly string[], marks: readonly string[]): BarSeries[] {
  const sources = SOURCES.filter((source) => hasSource(comparison, source));
  const of = (label: string, source: Source, colour: string, isMark: boolean): BarSeries => {
    const index = columnIndex(comparison.columns, label);
    const read = (row: ComparedRow) => row[source]?.values[index] ?? null;
    return { label, source, colour, isMark, read };
  };
  return [
    ...columns.flatMap((label, i) => sources.map((source) => of(label, source, seriesColour(i), false))),
    ...marks.flatMap((label) => sources.slice(0, 1).map((source) => of(label, source, "ink", true))),
  ];
}

function groupsOf(rows: readonly ComparedRow[], series: readonly BarSeries[], nameWidth: number): Group[] {
  const bars = BAR * series.filter(({ isMark }) => !isMark).length;
  let y = 0;
  return rows.map((row) => {
    const names = wrapped(row.label, nameWidth);
    const group = { row, names, y, height: GAP + Math.max(bars, TEXT * names.length) };
    y += group.height;
    return group;
  });
}

function endsOf(estimate: Estimate | null): readonly number[] {
  return estimate === null ? [] : [estimate.mean, ...(estimate.interval ?? [])];
}

interface AxisProps {
  readonly scale: Scale;
  readonly unit: Unit;
}

function Axis({ scale: { ticks, position }, unit, bottom }: AxisProps & { readonly bottom: number }) {
  const middle = (position(at(ticks, 0)) + position(at(ticks, ticks.length - 1))) / 2;
  return (
    <>
      <Lines kind="grid" at={ticks.map((tick) => [position(tick), 0, position(tick), bottom])} />
      <Lines kind="axis" at={[[position(0), 0, position(0), bottom]]} />
      {ticks.map((tick) => (
        <Label key={tick} x={position(tick)} y={bottom + 16} anchor="middle" colour="ink-soft">
          {tickText(tick, unit)}
        </Label>
      ))}
      <Label x={middle} y={bottom + 34} anchor="middle" colour="ink-soft">
        {UNIT_WORDS[unit]}
      </Label>
    </>
  );
}

interface GroupProps extends AxisProps {
  readonly group: Group;
  readonly series: readonly BarSeries[];
  /** Right end of the names. */
  readonly left: number;
}

function GroupBars({ group: { row, names, y, height }, series, scale, unit, left }: GroupProps) {
  const bars = series.filter(({ isMark }) => !isMark);
  const middle = y + height / 2;
  const top = middle - (BAR * bars.length) / 2;
  const bottom = middle + (BAR * bars.length) / 2;
  const marks = series.flatMap(({ isMark, read }) => (isMark ? (read(row) ?? []) : []));
  return (
    <>
      {names.map((name, i) => (
        <Label key={i} x={left - 8} y={middle + 4 + TEXT * (i - (names.length - 1) / 2)} anchor="end">
          {name}
        </Label>
      ))}
      {bars.map((each, i) => (
        <Bar key={i} series={each} estimate={each.read(row)} y={top + i * BAR} {...{ scale, unit }} />
      ))}
      <Lines
        kind="mark"
        at={marks.map(({ mean }) => [scale.position(mean), top - 2, scale.position(mean), bottom + 2])}
      />
    </>
  );
}

interface BarProps extends AxisProps {
  readonly series: BarSeries;
  readonly estimate: Estimate | null;
  readonly y: number;
}

/** Filled for a committed value, outlined for the user's own. */
function Bar({ series: { colour, source }, estimate, y, scale: { position }, unit }: BarProps) {
  if (estimate === null) return null;
  const [zero, end] = [position(0), position(estimate.mean)];
  const [low, high] = (estimate.interval ?? [estimate.mean, estimate.mean]).map(position) as [number, number];
  const middle = y + BAR / 2;
  return (
    <>
      <rect
        {...inColour(colour)}
        x={pixels(Math.min(zero, end))}
        y={y + 1}
        width={pixels(Math.abs(end - zero))}
        height={BAR - 2}
        fill="currentColor"
        fillOpacity={source === "own" ? 0.2 : BAR_OPACITY}
        {...(source === "own" && { stroke: "currentColor", strokeWidth: 1.5 })}
      />
      {estimate.interval !== null && (
        <Lines
          kind="whisker"
          at={[
            [low, middle, high, middle],
            [low, middle - 3, low, middle + 3],
            [high, middle - 3, high, middle + 3],
          ]}
        />
      )}
      <Label x={Math.max(high, end, zero) + 6} y={middle + 4} colour="ink-soft">
        {numberText(estimate.mean, unit)}
      </Label>
    </>
  );
}

/** "pass@1 after, committed: 86.3 [81.8, 90.7]" where the row has that value. */
function valueLine({ label, source, read }: BarSeries, row: ComparedRow, unit: Unit): string[] {
  const estimate = read(row);
  return estimate === null
    ? []
    : [`${label}, ${SOURCE_NAMES[source]}: ${estimateText({ ...estimate, seedInterval: null }, unit)}`];
}
