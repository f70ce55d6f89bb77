/** Rows of a data set file, before their fields are read. */

/** A row as a container holds it. */
export interface RawRow {
  /** 1-based row number within its split, blank lines not counted. */
  readonly row: number;
  /** 1-based line number, where a row has a line of its own. */
  readonly line?: number;
  readonly value: unknown;
}

/** An unusable row. */
export interface RowError {
  readonly row: number;
  readonly line?: number;
  readonly reason: string;
}

/** A row, or why it could not be parsed. */
export type ParsedRow = RawRow | RowError;

/** A part of a data set, such as "train"; "" where a file has only one. */
export interface Split {
  readonly name: string;
  /** Sentences about how the rows were found. */
  readonly notes: readonly string[];
  /** The file or files of the split, for error messages. */
  readonly file: string;
  /** Reads the rows in order, in batches. Rejects with a `DatasetError` if the file is damaged. */
  rows(): AsyncIterable<readonly ParsedRow[]>;
}

/** Numbers the values of a list as rows. */
export const numberRows = (values: readonly unknown[]): RawRow[] =>
  values.map((value, i) => ({ row: i + 1, value }));

/** A split whose rows are in memory. */
export function splitOf(name: string, file: string, rows: readonly ParsedRow[], ...notes: string[]): Split {
  return {
    name,
    notes,
    file,
    async *rows() {
      yield await Promise.resolve(rows);
    },
  };
}

/** A JSON object: string keys and unknown values. Read its fields with `Object.hasOwn` or `Object.entries` only. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of a row: an object, a text as the prompt, or turns as a conversation; null for anything else. */
export function rowFields(value: unknown): Fields | null {
  if (typeof value === "string") return { prompt: value };
  if (Array.isArray(value)) return areTurns(value) ? { conversations: value } : null;
  const record = asRecord(value);
  const turns = Object.values(record ?? {});
  const isNumbered = areTurns(turns) && Object.keys(record ?? {}).every((key) => /^\d+$/.test(key));
  return isNumbered ? { conversations: turns } : record;
}

/** Whether values are the turns of a conversation, each with a role. */
export function areTurns(values: readonly unknown[]): boolean {
  return (
    values.length > 0 &&
    values.every((value) => {
      const turn = asRecord(value);
      return turn !== null && (Object.hasOwn(turn, "role") || Object.hasOwn(turn, "from"));
    })
  );
}

/** Returns the value as an object, or null. */
export function asRecord(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? (value as Record<string, unknown>) // exactly the type of a JSON object
    : null;
}
