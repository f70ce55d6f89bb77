import { METRICS } from "../../rl/metrics/metrics.ts";
import { count, measured } from "../format.ts";
import type { ChartRow } from "./data/chartRows.ts";
import type { ChartSpec } from "./data/chartSpecs.ts";
import { Mark } from "./Legend.tsx";

interface PlotTooltipProps {
  readonly spec: ChartSpec;
  readonly level: number | null;
  readonly row: ChartRow | undefined;
}

/** The values at the step under the cursor. */
export function PlotTooltip({ spec, level, row }: PlotTooltipProps) {
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
