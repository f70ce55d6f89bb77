import { memo, useId, useMemo, useState } from "react";
import { METRICS } from "../../rl/metrics/metrics.ts";
import type { RunRecord } from "../../store/run/record.ts";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";
import { chartRows, pointsDrawn, smoothRows, type ChartRow } from "./data/chartRows.ts";
import type { ChartSpec } from "./data/chartSpecs.ts";
import { ChartTable } from "./ChartTable.tsx";
import { downsample } from "./data/downsample.ts";
import { Legend } from "./Legend.tsx";
import { Plot } from "./Plot.tsx";
import { useOnScreen } from "./useOnScreen.ts";
import { chartSummary, latestReading } from "./data/summary.ts";

interface MetricChartProps {
  readonly spec: ChartSpec;
  readonly record: RunRecord | null;
  readonly smoothing: number;
  /** Uses larger text. */
  readonly isHeadline?: boolean;
}

/** A chart with its title, latest value, plot or table, legend and text alternative. */
export const MetricChart = memo(function MetricChart({
  spec,
  record,
  smoothing,
  isHeadline = false,
}: MetricChartProps) {
  const id = useId();
  const [isTable, showTable] = useState(false);
  const { ref, isOnScreen } = useOnScreen<HTMLDivElement>();
  const rows = useMemo(() => (record === null ? [] : chartRows(spec, record)), [spec, record]);
  const shown = useMemo(() => downsample(smoothRows(spec, rows, smoothing)), [spec, rows, smoothing]);
  const level = spec.hasInitialMajority ? (record?.evaluations[0]?.majAtN ?? null) : null;
  const summary = chartSummary(spec, rows, level);
  return (
    <figure
      className={isHeadline ? "chart chart--headline panel" : "chart panel"}
      aria-labelledby={`${id}-title`}
      data-testid={`chart-${spec.id}`}
      data-points={pointsDrawn(spec, rows)}
    >
      <ChartHead id={id} isTable={isTable} showTable={showTable} {...{ spec, rows, isHeadline }} />
      <div className="chart__body" ref={ref}>
        {rows.length === 0 ? (
          <p className="chart__empty soft">{spec.absence}</p>
        ) : isTable ? (
          <ChartTable spec={spec} rows={downsample(rows)} />
        ) : (
          isOnScreen && <Plot label={`${spec.title}. ${summary}`} rows={shown} {...{ spec, level }} />
        )}
      </div>
      <figcaption>
        <Legend spec={spec} level={level} />
        <span className="unseen">{summary}</span>
      </figcaption>
    </figure>
  );
});

interface ChartHeadProps {
  readonly id: string;
  readonly spec: ChartSpec;
  readonly rows: readonly ChartRow[];
  readonly isHeadline: boolean;
  readonly isTable: boolean;
  readonly showTable: (show: boolean) => void;
}

function ChartHead({ id, spec, rows, isHeadline, isTable, showTable }: ChartHeadProps) {
  const reading = latestReading(spec, rows);
  const { unit } = METRICS[spec.series[0].metric];
  return (
    <div className="chart__head">
      <h3 id={`${id}-title`} className="chart__title">
        {spec.title}
        {unit !== "" && unit !== "share" && <span className="soft chart__unit"> {unit}</span>}
      </h3>
      <div className="chart__tools">
        <DefinitionButton spec={spec} />
        <button
          type="button"
          className="button button--plain chart__tool"
          aria-pressed={isTable}
          title={isTable ? "Show as a chart" : "Show as a table"}
          onClick={() => showTable(!isTable)}
        >
          <Icon name="table" />
          <span className="unseen">{spec.title} as a table</span>
        </button>
      </div>
      {reading !== null && (
        <p className="chart__reading">
          <strong>{reading.value}</strong>
          {isHeadline && reading.change !== null && <span className="soft small"> {reading.change}</span>}
        </p>
      )}
    </div>
  );
}

function DefinitionButton({ spec }: { readonly spec: ChartSpec }) {
  const { view } = usePage();
  const metrics = [...new Set(spec.series.map(({ metric }) => metric))];
  return (
    <button
      type="button"
      className="button button--plain chart__tool"
      title={`Definition of ${spec.title}`}
      onClick={() => view.setState({ dialog: { kind: "metrics", metrics } })}
    >
      <Icon name="info" />
      <span className="unseen">Definition of {spec.title}</span>
    </button>
  );
}
