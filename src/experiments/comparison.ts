/** Joins the committed result of an experiment with the user's own results. */
import { tableOf } from "./estimate.ts";
import type { Experiment } from "./experiment.ts";
import type { Estimate, ExperimentResult, ResultCell, ResultTable } from "./result.ts";

/** Origins of results. */
export const SOURCES = ["committed", "own"] as const;
export type Source = (typeof SOURCES)[number];

/** Names of the origins on the page. */
export const SOURCE_NAMES: Readonly<Record<Source, string>> = { committed: "committed", own: "yours" };

/** Estimates of a variant from one source, by column. */
export interface SourceRow {
  readonly seeds: readonly number[];
  readonly values: readonly (Estimate | null)[];
}

export type ComparedRow = {
  readonly variant: string;
  readonly label: string;
} & Readonly<Record<Source, SourceRow | null>>;

export interface Comparison {
  readonly columns: ResultTable["columns"];
  /** One for each variant of the experiment, measured or not. */
  readonly rows: readonly ComparedRow[];
  readonly cells: Readonly<Record<Source, readonly ResultCell[]>>;
}

/** Joins both sources by the variants and columns of the present definition. */
export function compare(
  experiment: Experiment,
  result: ExperimentResult | null,
  cells: readonly ResultCell[],
): Comparison {
  const own = tableOf(experiment, cells);
  return {
    columns: own.columns,
    rows: experiment.variants.map(({ name, label }) => ({
      variant: name,
      label,
      committed: result === null ? null : rowOf(result.table, name, own.columns),
      own: rowOf(own, name, own.columns),
    })),
    cells: { committed: result?.cells ?? [], own: cells },
  };
}

/** A committed table may be older than the experiment: its columns are found by their labels. */
function rowOf(table: ResultTable, variant: string, columns: ResultTable["columns"]): SourceRow | null {
  const row = table.rows.find((candidate) => candidate.variant === variant);
  if (row === undefined) return null;
  const values = columns.map(({ label }) => row.values[columnIndex(table.columns, label)] ?? null);
  return { seeds: row.seeds, values };
}

/** Returns the index of the column with that label, -1 if there is none. */
export function columnIndex(columns: ResultTable["columns"], label: string): number {
  return columns.findIndex((column) => column.label === label);
}

/** Returns the rows with results of at least one source. */
export function measuredRows({ rows }: Comparison): readonly ComparedRow[] {
  return rows.filter(({ committed, own }) => committed !== null || own !== null);
}

/** True if the source has any results. */
export function hasSource({ cells }: Comparison, source: Source): boolean {
  return cells[source].length > 0;
}
