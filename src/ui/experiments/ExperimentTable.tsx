import { numberText } from "../../experiments/numbers.ts";
import type { Estimate, Unit } from "../../experiments/result.ts";
import { counted } from "../format.ts";
import type { ComparisonProps } from "./ExperimentFigure.tsx";
import {
  measuredRows,
  SOURCE_NAMES,
  SOURCES,
  type ComparedRow,
  type Comparison,
  type Source,
} from "../../experiments/comparison.ts";

/** The unit in the header of a column. */
const UNIT_SIGNS: Readonly<Record<Unit, string>> = {
  share: "%",
  "difference of shares": "pts",
  tokens: "tokens",
  nats: "nats",
};

/** All columns for all variants; the user's results below the committed ones. */
export function ExperimentTable({ experiment, comparison }: ComparisonProps) {
  return (
    <div
      className="results__scroll"
      role="region"
      aria-label={`${experiment.title}, table`}
      tabIndex={0}
      data-testid="experiment-table"
    >
      <table className="table results compared">
        <thead>
          <tr>
            <th scope="col">Variant</th>
            <th scope="col" className="compared__source">
              Runs
            </th>
            {comparison.columns.map(({ label, unit }) => (
              <th key={label} scope="col">
                {label} <span className="compared__unit">{UNIT_SIGNS[unit]}</span>
              </th>
            ))}
          </tr>
        </thead>
        {measuredRows(comparison).map((row) => (
          <VariantRows key={row.variant} row={row} columns={comparison.columns} />
        ))}
      </table>
    </div>
  );
}

interface VariantRowsProps {
  readonly row: ComparedRow;
  readonly columns: Comparison["columns"];
}

function VariantRows({ row, columns }: VariantRowsProps) {
  const shown = SOURCES.filter((source) => row[source] !== null);
  return (
    <tbody>
      {shown.map((source, i) => (
        <tr key={source} className={`compared__${source}`}>
          {i === 0 && (
            <th scope="rowgroup" rowSpan={shown.length}>
              {row.label}
            </th>
          )}
          <SourceCells row={row} source={source} columns={columns} />
        </tr>
      ))}
    </tbody>
  );
}

function SourceCells({ row, source, columns }: VariantRowsProps & { readonly source: Source }) {
  const { seeds = [], values = [] } = row[source] ?? {};
  return (
    <>
      <td className="compared__source">
        {SOURCE_NAMES[source]}, {counted(seeds.length, "seed")}
      </td>
      {columns.map(({ label, unit }, i) => (
        <EstimateCell key={label} estimate={values[i] ?? null} unit={unit} />
      ))}
    </>
  );
}

function EstimateCell({ estimate, unit }: { readonly estimate: Estimate | null; readonly unit: Unit }) {
  if (estimate === null) return <td className="soft">not measured</td>;
  const { mean, interval, seedInterval } = estimate;
  const ends = (pair: readonly [number, number]): string =>
    pair.map((end) => numberText(end, unit)).join(" to ");
  const title = seedInterval === null ? undefined : `95% interval over seeds only: ${ends(seedInterval)}`;
  return (
    <td title={title}>
      {numberText(mean, unit)}
      {interval !== null && <span className="compared__interval">{ends(interval)}</span>}
    </td>
  );
}
