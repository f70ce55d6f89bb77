import type { CSSProperties } from "react";
import { numberText, UNIT_WORDS } from "../../experiments/numbers.ts";
import type { Estimate, Unit } from "../../experiments/result.ts";
import {
  columnIndex,
  measuredRows,
  SOURCE_NAMES,
  SOURCES,
  type ComparedRow,
  type Comparison,
  type Source,
} from "./comparison.ts";

interface MatrixFigureProps {
  readonly comparison: Comparison;
  /** Columns of the table, by their labels. */
  readonly columns: readonly string[];
}

/** A field for each variant and column, the more coloured the larger its value. */
export function MatrixFigure({ comparison, columns }: MatrixFigureProps) {
  const rows = measuredRows(comparison);
  const indexes = columns.map((label) => columnIndex(comparison.columns, label));
  const unit = comparison.columns[indexes[0] ?? 0]?.unit ?? "share";
  return (
    <div className="results__scroll" role="region" aria-label="Matrix" tabIndex={0}>
      <table className="table matrix">
        <caption className="soft small">Rows: trained on; columns: tested on; {UNIT_WORDS[unit]}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.variant}>
              <th scope="row">{row.label}</th>
              {indexes.map((index, i) => (
                <Field
                  key={columns[i]}
                  estimates={estimatesOf(row, index)}
                  unit={unit}
                  largest={largestOf(rows, indexes)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Estimates = readonly { readonly source: Source; readonly estimate: Estimate }[];

function estimatesOf(row: ComparedRow, index: number): Estimates {
  return SOURCES.flatMap((source) => {
    const estimate = row[source]?.values[index] ?? null;
    return estimate === null ? [] : [{ source, estimate }];
  });
}

/** The largest value whose colour is the strongest. */
function largestOf(rows: readonly ComparedRow[], indexes: readonly number[]): number {
  const estimates = rows.flatMap((row) => indexes.flatMap((index) => estimatesOf(row, index)));
  return Math.max(...estimates.map(({ estimate }) => Math.abs(estimate.mean)), Number.EPSILON);
}

interface FieldProps {
  readonly estimates: Estimates;
  readonly unit: Unit;
  readonly largest: number;
}

/** Coloured by what is committed, else by yours. */
function Field({ estimates, unit, largest }: FieldProps) {
  return (
    <td className="matrix__field" style={shade((estimates[0]?.estimate.mean ?? 0) / largest)}>
      {estimates.map(({ source, estimate: { mean, interval } }) => (
        <p key={source}>
          <strong>{numberText(mean, unit)}</strong>
          <span className="small">
            {interval !== null && ` [${interval.map((end) => numberText(end, unit)).join(", ")}]`}
            {source === "own" && ` ${SOURCE_NAMES.own}`}
          </span>
        </p>
      ))}
    </td>
  );
}

/** Green for gains, red for losses; never so strong that the text on it is hard to read. */
function shade(strength: number): CSSProperties {
  const colour = strength < 0 ? "var(--series-5)" : "var(--series-3)";
  return { background: `color-mix(in srgb, ${colour} ${Math.round(24 * Math.abs(strength))}%, transparent)` };
}
