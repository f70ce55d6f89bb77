import { Bar, BarChart, CartesianGrid, ErrorBar, Tooltip, XAxis, YAxis, type XAxisProps } from "recharts";
import { numberText, tickText, UNIT_WORDS } from "../../experiments/numbers.ts";
import type { Estimate, Unit } from "../../experiments/result.ts";
import { sum } from "../../math/stats.ts";
import { AXIS } from "../charts/axis.ts";
import { InkKey } from "./InkKey.tsx";
import {
  columnIndex,
  hasSource,
  measuredRows,
  SOURCE_NAMES,
  SOURCES,
  type ComparedRow,
  type Comparison,
  type Source,
} from "./comparison.ts";
import { inkOf } from "./inks.ts";

/** Heights of the bars of each source, and room around. */
const BAR: Readonly<Record<Source, number>> = { committed: 11, own: 8 };
const [GAP, AXIS_ROOM] = [14, 34];
/** Of the names at the left: pixels of a sign and of a line, and the most that a name gets of a phone's width. */
const [SIGN, LINE, MOST] = [6.2, 13, 140];

interface BarsFigureProps {
  readonly comparison: Comparison;
  /** Columns of the table, by their labels. */
  readonly columns: readonly string[];
  /** Columns drawn as a line across the group. */
  readonly marks: readonly string[];
}

/** One bar of each group: a column of one source. */
interface BarSeries {
  readonly key: string;
  readonly label: string;
  readonly source: Source;
  readonly colour: string;
  readonly isMark: boolean;
  readonly read: (row: ComparedRow) => Estimate | null;
}

/** Bars lying down: a group for each variant, so that long names have room. */
export function BarsFigure({ comparison, columns, marks }: BarsFigureProps) {
  const rows = measuredRows(comparison);
  const series = seriesOf(comparison, columns, marks);
  const unit = comparison.columns[columnIndex(comparison.columns, columns[0] ?? "")]?.unit ?? "share";
  const lines = Math.max(...rows.map(({ label }) => Math.ceil((label.length * SIGN) / (MOST - 12))));
  const height = rows.length * (Math.max(groupHeight(series), lines * LINE) + GAP) + AXIS_ROOM;
  return (
    <>
      <InkKey
        entries={[
          ...columns.map((label, i) => ({ label, ink: inkOf(i), kind: "bar" as const })),
          ...marks.map((label) => ({ label, ink: "var(--ink)", kind: "mark" as const })),
        ]}
      />
      <div style={{ height }}>
        <Bars rows={rows} series={series} unit={unit} />
      </div>
    </>
  );
}

interface BarsProps {
  readonly rows: readonly ComparedRow[];
  readonly series: readonly BarSeries[];
  readonly unit: Unit;
}

function Bars({ rows, series, unit }: BarsProps) {
  const bars = groupHeight(series.filter(({ isMark }) => !isMark));
  return (
    <BarChart
      key={series.map(({ key }) => key).join()} // bars lie in the order in which they were first drawn
      responsive
      layout="vertical"
      className="plot"
      style={{ width: "100%", height: "100%" }}
      data={rows}
      margin={{ top: 4, right: 12, bottom: 0, left: 0 }}
      barGap={1}
      barCategoryGap={GAP / 2}
      aria-label={`Bars, ${UNIT_WORDS[unit]}; the same numbers are in the table below`}
    >
      <CartesianGrid horizontal={false} stroke="var(--line)" />
      <XAxis {...valueAxis(unit)} />
      <YAxis
        type="category"
        dataKey={({ label }: ComparedRow) => label}
        width={labelWidth(rows)}
        interval={0}
        {...AXIS}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: "var(--well)" }}
        content={({ active, label }) => (
          <BarsTooltip
            row={active ? rows.find((row) => row.label === label) : undefined}
            series={series}
            unit={unit}
          />
        )}
      />
      {series.map((each) => barOf(each, bars))}
    </BarChart>
  );
}

function groupHeight(series: readonly BarSeries[]): number {
  return sum(series.map(({ source }) => BAR[source] + 1));
}

/** Shares always on the whole scale, as in the other charts. */
function valueAxis(unit: Unit): XAxisProps {
  return {
    type: "number",
    height: AXIS_ROOM - 8,
    tickFormatter: (value: number) => tickText(value, unit),
    ...(unit === "share" ? { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] } : { domain: ["auto", "auto"] }),
    ...AXIS,
  };
}

/** Column by column, yours under what is committed; then the marks. */
function seriesOf(
  comparison: Comparison,
  columns: readonly string[],
  marks: readonly string[],
): readonly BarSeries[] {
  const sources = SOURCES.filter((source) => hasSource(comparison, source));
  const of = (label: string, source: Source, colour: string, isMark: boolean): BarSeries => {
    const index = columnIndex(comparison.columns, label);
    const read = (row: ComparedRow) => row[source]?.values[index] ?? null;
    return { key: `${source} ${label}`, label, source, colour, isMark, read };
  };
  const [first = "own"] = sources;
  return [
    ...columns.flatMap((label, i) => sources.map((source) => of(label, source, inkOf(i), false))),
    ...marks.map((label) => of(label, first, "var(--ink)", true)),
  ];
}

function barOf({ key, label, source, colour, isMark, read }: BarSeries, bars: number) {
  return (
    <Bar
      key={key}
      name={`${label}, ${SOURCE_NAMES[source]}`}
      dataKey={(row: ComparedRow) => read(row)?.mean}
      barSize={BAR[source]}
      fill={colour}
      fillOpacity={source === "own" ? 0.25 : 1}
      stroke={colour}
      strokeWidth={source === "own" ? 1.5 : 0}
      isAnimationActive={false}
      {...(isMark && { shape: (place: MarkPlace) => <Mark {...place} bars={bars} /> })}
    >
      {!isMark && (
        <ErrorBar
          dataKey={(row: ComparedRow) => whiskerOf(read(row))}
          width={3}
          strokeWidth={1.25}
          stroke="var(--ink)"
          isAnimationActive={false}
        />
      )}
    </Bar>
  );
}

/** How far the interval reaches below and above the mean. */
function whiskerOf(estimate: Estimate | null): [number, number] | undefined {
  if (estimate?.interval == null) return undefined;
  const { mean, interval } = estimate;
  return [mean - interval[0], interval[1] - mean];
}

interface MarkPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
}

/** A line at the end of its bar, across the bars of the group, which lie above and are `bars` pixels high. */
function Mark({ x = 0, y = 0, width = 0, bars }: MarkPlace & { readonly bars: number }) {
  const end = x + width;
  return (
    <line
      x1={end}
      x2={end}
      y1={y - bars - 2}
      y2={y + 2}
      stroke="var(--ink)"
      strokeWidth={2}
      strokeDasharray="3 2"
    />
  );
}

/** Enough for the longest name; those that are too long take more lines. */
function labelWidth(rows: readonly ComparedRow[]): number {
  return Math.min(MOST, 12 + SIGN * Math.max(...rows.map(({ label }) => label.length)));
}

interface BarsTooltipProps {
  readonly row: ComparedRow | undefined;
  readonly series: readonly BarSeries[];
  readonly unit: Unit;
}

function BarsTooltip({ row, series, unit }: BarsTooltipProps) {
  if (row === undefined) return null;
  return (
    <div className="tooltip small">
      <p className="tooltip__step">{row.label}</p>
      {series.map(({ key, label, source, read }) => {
        const estimate = read(row);
        return (
          estimate !== null && (
            <p key={key} className="tooltip__value">
              {label}, {SOURCE_NAMES[source]}{" "}
              <strong>
                {numberText(estimate.mean, unit)} {UNIT_WORDS[unit]}
              </strong>
            </p>
          )
        );
      })}
    </div>
  );
}
