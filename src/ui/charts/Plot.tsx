import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
  type XAxisProps,
  type YAxisProps,
} from "recharts";
import { METRICS } from "../../rl/metrics/metrics.ts";
import { count, measured, tick } from "../format.ts";
import { usePage } from "../page.tsx";
import { stepTicks } from "./data/stepTicks.ts";
import { rawKey, type ChartRow } from "./data/chartRows.ts";
import type { ChartSpec, Series } from "./data/chartSpecs.ts";
import { dashOf, LEVEL_DASH, Mark } from "./Legend.tsx";

/** Number of points up to which every point is marked. */
const FEW = 12;

const SHARE_TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The style of both axes. */
const AXIS = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--ink-soft)", fontSize: 11 },
  tickLine: false,
} as const;

interface PlotProps {
  readonly spec: ChartSpec;
  /** Downsampled rows. */
  readonly rows: readonly ChartRow[];
  /** Initial Maj@N. */
  readonly level: number | null;
  /** Text alternative. */
  readonly label: string;
}

/** The plot. Arrow keys move along the steps; a click shows the votes of a step. */
export function Plot({ spec, rows, level, label }: PlotProps) {
  const { view } = usePage();
  const showVotes = (step: unknown): void => {
    if (Number(step) >= 1) view.setState({ votesStep: Number(step) });
  };
  return (
    <LineChart
      responsive
      className="plot"
      style={{ width: "100%", height: "100%" }}
      data={rows}
      margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
      syncId="steps"
      syncMethod="value"
      aria-label={label}
      onClick={({ activeLabel }) => showVotes(activeLabel)}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis {...stepAxis(rows)} />
      <YAxis {...valueAxis(spec)} />
      {level !== null && (
        <ReferenceLine y={level} stroke="var(--level)" strokeDasharray={LEVEL_DASH} strokeWidth={1.5} />
      )}
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--line-strong)" }}
        content={({ active, label: step }) => (
          <PlotTooltip
            spec={spec}
            level={level}
            row={active ? rows.find((row) => row.step === step) : undefined}
          />
        )}
      />
      {spec.series.filter(({ key }) => isSmoothed(key, rows)).map(rawLine)}
      {spec.series.map((series) => line(series, rows.length <= FEW))}
    </LineChart>
  );
}

/** The values at the step under the cursor. */
function PlotTooltip({
  spec,
  level,
  row,
}: Pick<PlotProps, "spec" | "level"> & { row: ChartRow | undefined }) {
  if (row === undefined) return null;
  return (
    <div className="tooltip small">
      <p className="tooltip__step">Step {count(row.step)}</p>
      {spec.series.map((series) => {
        const value = row.values[series.key] ?? null;
        return (
          value !== null && (
            <p key={series.key} className="tooltip__value">
              <Mark kind={series.from} ink={series.ink} />
              {series.label} <strong>{measured(value, METRICS[series.metric].unit)}</strong>
            </p>
          )
        );
      })}
      {level !== null && (
        <p className="tooltip__value">
          <Mark kind="level" ink={1} />
          initial Maj@N <strong>{measured(level, "share")}</strong>
        </p>
      )}
    </div>
  );
}

function isSmoothed(key: string, rows: readonly ChartRow[]): boolean {
  return rows.some(({ values }) => rawKey(key) in values);
}

function stepAxis(rows: readonly ChartRow[]): XAxisProps {
  const last = rows.at(-1)?.step ?? 0;
  return { dataKey: "step", type: "number", domain: [0, Math.max(last, 1)], ticks: stepTicks(last), ...AXIS };
}

/** Shares use the full scale so that charts are comparable. */
function valueAxis({ series, from }: ChartSpec): YAxisProps {
  const { unit } = METRICS[series[0].metric];
  return {
    width: 44,
    tickFormatter: (value: number) => tick(value, unit),
    ...(unit === "share"
      ? { domain: [0, 1], ticks: SHARE_TICKS }
      : { domain: [from ?? "auto", "auto"], tickCount: 5 }),
    ...AXIS,
  };
}

/** What all lines share. */
const LINE = { type: "linear", connectNulls: true, isAnimationActive: false } as const;

function line(series: Series, isShort: boolean) {
  const { key, label, ink, from } = series;
  const colour = `var(--series-${ink})`;
  const isEvaluation = from === "evaluations";
  const dot = { r: isEvaluation ? 3.25 : 2, fill: colour, stroke: colour, strokeDasharray: "0" };
  return (
    <Line
      {...LINE}
      key={key}
      name={label}
      dataKey={(row: ChartRow) => row.values[key]}
      stroke={colour}
      strokeWidth={isEvaluation ? 1.25 : 1.75}
      strokeDasharray={dashOf(series)}
      dot={(isEvaluation || isShort) && dot}
      activeDot={{ r: 4, stroke: "var(--panel)", strokeWidth: 1.5, fill: colour }}
    />
  );
}

function rawLine({ key, ink }: Series) {
  return (
    <Line
      {...LINE}
      key={rawKey(key)}
      dataKey={(row: ChartRow) => row.values[rawKey(key)]}
      stroke={`var(--series-${ink})`}
      strokeOpacity={0.3}
      strokeWidth={1}
      dot={false}
      activeDot={false}
      tooltipType="none"
    />
  );
}
