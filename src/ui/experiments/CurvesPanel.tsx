import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
  type XAxisProps,
  type YAxisProps,
} from "recharts";
import { numberText, tickText, UNIT_WORDS } from "../../experiments/numbers.ts";
import type { Unit } from "../../experiments/result.ts";
import { AXIS } from "../charts/axis.ts";
import { LEVEL_DASH } from "../charts/inks.ts";
import { stepTicks } from "../charts/stepTicks.ts";
import { count } from "../format.ts";
import { SOURCE_NAMES } from "./comparison.ts";
import { curveRows, type CurveLine, type CurvePanel, type CurveRow } from "./curveRows.ts";

/** A level line, with its column's label. */
export interface CurveMark {
  readonly label: string;
  readonly value: number;
}

interface CurvesPanelProps {
  readonly panel: CurvePanel;
  readonly marks: readonly CurveMark[];
}

/** Lines by step with their bands over seeds; yours dashed. */
export function CurvesPanel({ panel, marks }: CurvesPanelProps) {
  const { title, unit } = panel;
  return (
    <div className="experiment__panel">
      <p className="experiment__panel-title">
        {title} <span className="soft small">{UNIT_WORDS[unit]}, by step</span>
      </p>
      <div className="experiment__plot">
        <Curves panel={panel} marks={unit === "share" ? marks : []} />
      </div>
    </div>
  );
}

function Curves({ panel: { title, unit, lines }, marks }: CurvesPanelProps) {
  const rows = curveRows(lines);
  return (
    <ComposedChart
      responsive
      className="plot"
      style={{ width: "100%", height: "100%" }}
      data={rows}
      margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
      aria-label={`${title} by step. ${summaryOf(lines, unit)}`}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis {...stepAxis(rows)} />
      <YAxis {...valueAxis(unit)} />
      {marks.map(({ label, value }) => (
        <ReferenceLine key={label} y={value} {...LEVEL} />
      ))}
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--line-strong)" }}
        content={({ active, label: step }) => (
          <CurvesTooltip
            row={active ? rows.find((row) => row.step === step) : undefined}
            lines={lines}
            unit={unit}
          />
        )}
      />
      {lines.map(bandOf)}
      {lines.map(lineOf)}
    </ComposedChart>
  );
}

const LEVEL = { stroke: "var(--level)", strokeDasharray: LEVEL_DASH, strokeWidth: 1.5 } as const;

function stepAxis(rows: readonly CurveRow[]): XAxisProps {
  const last = rows.at(-1)?.step ?? 0;
  return { dataKey: "step", type: "number", domain: [0, Math.max(last, 1)], ticks: stepTicks(last), ...AXIS };
}

/** Shares on the whole scale; a band over few seeds may reach beyond what a share can be, and is cut there. */
function valueAxis(unit: Unit): YAxisProps {
  return {
    width: 40,
    tickFormatter: (value: number) => tickText(value, unit),
    allowDataOverflow: true,
    ...(unit === "share" ? { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] } : { domain: [0, "auto"] }),
    ...AXIS,
  };
}

function bandOf({ key, colour }: CurveLine) {
  return (
    <Area
      key={`${key} band`}
      dataKey={(row: CurveRow) => row.points[key]?.interval}
      type="linear"
      stroke="none"
      fill={colour}
      fillOpacity={0.14}
      dot={false}
      activeDot={false}
      connectNulls
      isAnimationActive={false}
      tooltipType="none"
    />
  );
}

function lineOf({ key, label, source, colour, points }: CurveLine) {
  return (
    <Line
      key={key}
      name={`${label}, ${SOURCE_NAMES[source]}`}
      dataKey={(row: CurveRow) => row.points[key]?.mean}
      type="linear"
      stroke={colour}
      strokeWidth={source === "own" ? 2.25 : 1.75}
      strokeDasharray={source === "own" ? "5 3" : "0"}
      dot={points.length <= 1 ? { r: 3, fill: colour, stroke: colour } : false}
      activeDot={{ r: 3.5, stroke: "var(--panel)", strokeWidth: 1.5, fill: colour }}
      connectNulls
      isAnimationActive={false}
    />
  );
}

/** "TTRL, committed: from 32.1 to 76.3." for each line. */
function summaryOf(lines: readonly CurveLine[], unit: Unit): string {
  return lines
    .flatMap(({ label, source, points }) => {
      const [first, last] = [points[0], points.at(-1)];
      if (first === undefined || last === undefined) return [];
      const ends = `from ${numberText(first.mean, unit)} to ${numberText(last.mean, unit)}`;
      return [`${label}, ${SOURCE_NAMES[source]}: ${ends}.`];
    })
    .join(" ");
}

interface CurvesTooltipProps {
  readonly row: CurveRow | undefined;
  readonly lines: readonly CurveLine[];
  readonly unit: Unit;
}

function CurvesTooltip({ row, lines, unit }: CurvesTooltipProps) {
  if (row === undefined) return null;
  return (
    <div className="tooltip small">
      <p className="tooltip__step">Step {count(Math.round(row.step))}</p>
      {lines.map(({ key, label, source, colour }) => {
        const point = row.points[key];
        return (
          point !== undefined && (
            <p key={key} className="tooltip__value">
              <svg className="mark" viewBox="0 0 24 8" aria-hidden="true">
                <path
                  d="M1 4h22"
                  stroke={colour}
                  strokeWidth="2"
                  strokeDasharray={source === "own" ? "5 3" : "0"}
                />
              </svg>
              {label}, {SOURCE_NAMES[source]} <strong>{numberText(point.mean, unit)}</strong>
            </p>
          )
        );
      })}
    </div>
  );
}
