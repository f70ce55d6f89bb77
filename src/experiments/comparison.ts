/** The committed result of an experiment beside what this browser has measured of it. */
import { tableOf } from "./estimate.ts";
import type { Experiment } from "./experiment.ts";
import type { Estimate, ExperimentResult, ResultCell, ResultTable } from "./result.ts";

/** Whose numbers. */
export const SOURCES = ["committed", "own"] as const;
export type Source = (typeof SOURCES)[number];

/** How the page calls them. */
export const SOURCE_NAMES: Readonly<Record<Source, string>> = { committed: "committed", own: "yours" };

/** A variant's numbers of one source, by column. */
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

/** Joins both by the variants and columns that the experiment has now. */
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

/** The place of a column, -1 when there is none of that label. */
export function columnIndex(columns: ResultTable["columns"], label: string): number {
  return columns.findIndex((column) => column.label === label);
}

/** Rows that somebody has measured. */
export function measuredRows({ rows }: Comparison): readonly ComparedRow[] {
  return rows.filter(({ committed, own }) => committed !== null || own !== null);
}

/** Whether a source has measured anything. */
export function hasSource({ cells }: Comparison, source: Source): boolean {
  return cells[source].length > 0;
}
