import { memo, useEffect, useId, useMemo, useRef, useState, type RefObject } from "react";
import { METRICS } from "../../rl/metrics/metrics.ts";
import type { RunRecord } from "../../store/run/record.ts";
import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";
import { chartRows, pointsDrawn, smoothRows, type ChartRow } from "./data/chartRows.ts";
import type { ChartSpec } from "./data/chartSpecs.ts";
import { ChartTable } from "./ChartTable.tsx";
import { downsample } from "./data/downsample.ts";
import { Legend } from "./Legend.tsx";
import { Plot } from "./Plot.tsx";
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
  const { ref, isOnScreen } = useOnScreen();
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

interface ChartHeadProps extends Pick<MetricChartProps, "spec" | "isHeadline"> {
  readonly id: string;
  readonly rows: readonly ChartRow[];
  readonly isTable: boolean;
  readonly showTable: (show: boolean) => void;
}

function ChartHead({ id, spec, rows, isHeadline, isTable, showTable }: ChartHeadProps) {
  const { view } = usePage();
  const reading = latestReading(spec, rows);
  const { unit } = METRICS[spec.series[0].metric];
  const metrics = [...new Set(spec.series.map(({ metric }) => metric))];
  return (
    <div className="chart__head">
      <h3 id={`${id}-title`}>
        {spec.title}
        {unit !== "" && unit !== "share" && <span className="soft chart__unit"> {unit}</span>}
      </h3>
      <div className="chart__tools">
        <Button
          look="plain"
          className="chart__tool"
          icon="info"
          hiddenName={`Definition of ${spec.title}`}
          title={`Definition of ${spec.title}`}
          onClick={() => view.setState({ dialog: { kind: "metrics", metrics } })}
        />
        <Button
          look="plain"
          className="chart__tool"
          icon="table"
          hiddenName={`${spec.title} as a table`}
          aria-pressed={isTable}
          title={isTable ? "Show as a chart" : "Show as a table"}
          onClick={() => showTable(!isTable)}
        />
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

/** Distance from the viewport at which elements are already drawn. */
const MARGIN = "300px";

/** Whether an element is in or near the viewport; others need not be redrawn at every step. */
function useOnScreen(): { ref: RefObject<HTMLDivElement | null>; isOnScreen: boolean } {
  const ref = useRef<HTMLDivElement>(null);
  const [isOnScreen, setOnScreen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => setOnScreen(entries.at(-1)?.isIntersecting === true),
      { rootMargin: MARGIN },
    );
    if (ref.current !== null) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, isOnScreen };
}
