import { METRICS } from "../../rl/metrics/metrics.ts";
import { count, measured } from "../format.ts";
import type { ChartRow } from "./data/chartRows.ts";
import type { ChartSpec } from "./data/chartSpecs.ts";

/** The values of a chart, latest step first. */
export function ChartTable({ spec, rows }: { readonly spec: ChartSpec; readonly rows: readonly ChartRow[] }) {
  return (
    <div className="chart__scroll" role="region" aria-label={`${spec.title}, values`} tabIndex={0}>
      <table className="table small">
        <thead>
          <tr>
            <th scope="col">step</th>
            {spec.series.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ step, values }) => (
            <tr key={step}>
              <th scope="row">{count(step)}</th>
              {spec.series.map(({ key, metric }) => {
                const value = values[key] ?? null;
                return <td key={key}>{value === null ? "" : measured(value, METRICS[metric].unit)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
