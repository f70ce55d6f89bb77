/**
 * Parses a user's data set into questions and, separately, their ground-truth answers. Valid rows are kept, invalid rows
 * are reported with a reason, and every inferred mapping is reported in a note.
 */
import type { Question, Task } from "../rl/contracts/types.ts";
import type { AnswerKey } from "../rl/metrics/answerKey.ts";
import { DatasetError, EXPECTED } from "./datasetError.ts";
import { BadRow, readFields, type RowFields } from "./fields.ts";
import { readRows, type RawRow, type RowError } from "./rows.ts";

export interface DatasetReading {
  /** File name without folder and extension. */
  readonly name: string;
  readonly questions: readonly Question[];
  /** Ground-truth answers by question id; questions without an answer are absent. */
  readonly answerKey: AnswerKey;
  readonly task: Task;
  /** Skipped rows, sorted by row number. */
  readonly errors: readonly RowError[];
  /** Sentences for the user about mapped fields, renamed ids and inferred settings. */
  readonly notes: readonly string[];
}

/** Maximum size of a file, in bytes; the page checks it before loading one. */
export const MAX_DATASET_BYTES = 64 * 2 ** 20;
const MAX_ROWS = 100_000;

/** Parses a data set (JSON or JSONL). Throws `DatasetError` if it is too large or has no usable row. */
export function readDataset(fileName: string, text: string): DatasetReading {
  if (text.length > MAX_DATASET_BYTES) {
    const size = Math.ceil(text.length / 2 ** 20);
    throw new DatasetError(
      fileName,
      `the file is ${size} MiB, more than 64 MiB`,
      "Split it and open one part.",
    );
  }
  const raw = readRows(fileName, text);
  if (raw.rows.length > MAX_ROWS) {
    const what = `the file has ${raw.rows.length} rows, more than ${MAX_ROWS}`;
    throw new DatasetError(fileName, what, "Split it and open one part.");
  }
  const name = baseName(fileName);
  const { good, errors: rowErrors } = sortRows(raw.rows);
  const errors = [...raw.errors, ...rowErrors].sort((a, b) => a.row - b.row);
  if (good.length === 0) throw nothingUsable(fileName, errors);
  const { named, renamed } = nameRows(name, good);
  const questions = named.map(({ id, fields }) => toQuestion(id, fields));
  const answerKey = new Map(
    named.flatMap(({ id, fields: { answer } }): [string, string][] =>
      answer === null ? [] : [[id, answer]],
    ),
  );
  const task = taskOf(questions, answerKey);
  const notes = [
    ...raw.notes,
    ...mappingNotes(good),
    ...(renamed > 0 ? [`Duplicate ids were numbered (${countRows(renamed)}).`] : []),
    ...answerNotes(questions.length, answerKey.size),
    ...(task === "gpqa" ? ["Read as multiple choice: answers are letters A to D."] : []),
  ];
  return { name, questions, answerKey, task, errors, notes };
}

interface GoodRow {
  readonly row: number;
  readonly fields: RowFields;
}

function sortRows(rows: readonly RawRow[]): { good: GoodRow[]; errors: RowError[] } {
  const good: GoodRow[] = [];
  const errors: RowError[] = [];
  for (const { row, line, value } of rows) {
    try {
      good.push({ row, fields: readFields(value) });
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      errors.push({ row, ...(line === undefined ? {} : { line }), reason: error.message });
    }
  }
  return { good, errors };
}

function nothingUsable(fileName: string, errors: readonly RowError[]): DatasetError {
  const [first] = errors;
  if (first === undefined) return new DatasetError(fileName, "the file has no rows", `${EXPECTED}.`);
  const rows = errors.length === 1 ? "its only row" : `any of its ${errors.length} rows`;
  const what = `no question could be read from ${rows}. Row ${first.row}: ${first.reason}`;
  return new DatasetError(fileName, what, `${EXPECTED}.`);
}

function toQuestion(id: string, { prompt, level }: RowFields): Question {
  return level === null ? { id, prompt } : { id, prompt, level };
}

interface NamedRow extends GoodRow {
  readonly id: string;
}

/** Gives every row a unique id: the file's, numbered if repeated, or one made from the row number. */
function nameRows(name: string, rows: readonly GoodRow[]): { named: NamedRow[]; renamed: number } {
  const given = new Set(rows.flatMap(({ fields }) => fields.id ?? []));
  const used = new Set<string>();
  const copies = new Map<string, number>();
  let renamed = 0;
  const named = rows.map(({ row, fields }): NamedRow => {
    const wanted = fields.id ?? `${name}-${row}`;
    let id = wanted;
    while (used.has(id) || (id !== fields.id && given.has(id))) {
      const copy = (copies.get(wanted) ?? 1) + 1;
      copies.set(wanted, copy);
      id = `${wanted}-${copy}`;
    }
    if (fields.id !== null && id !== fields.id) renamed += 1;
    used.add(id);
    return { id, row, fields };
  });
  return { named, renamed };
}

/** Returns one sentence per field mapping, e.g. `"prompt" was read from "question" (200 rows).` */
function mappingNotes(rows: readonly GoodRow[]): string[] {
  const counts = new Map<string, number>();
  for (const source of rows.flatMap(({ fields }) => fields.readFrom)) {
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return Array.from(counts, ([source, count]) => `${source} (${countRows(count)}).`);
}

const countRows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);

function answerNotes(questions: number, answers: number): string[] {
  if (answers === questions) return [];
  if (answers === 0) return ["The data set has no answers: training works, but accuracy cannot be measured."];
  return [
    `${questions - answers} of ${questions} questions have no answer; accuracy is measured on the others.`,
  ];
}

/** Infers multiple choice if every answer is a letter A to D and every prompt lists the four options on separate lines. */
function taskOf(questions: readonly Question[], answerKey: AnswerKey): Task {
  const letters = [...answerKey.values()].every((answer) => /^\(?[A-D]\)?\.?$/.test(answer));
  const hasOptions = ({ prompt }: Question): boolean =>
    ["A", "B", "C", "D"].every((letter) => new RegExp(`^[ \\t]*\\(?${letter}[.):]`, "m").test(prompt));
  return letters && questions.every(hasOptions) ? "gpqa" : "math";
}

function baseName(fileName: string): string {
  const file = fileName.replace(/^.*[\\/]/s, "");
  return file.replace(/\.(?:json|jsonl|ndjson|txt)$/i, "") || "dataset";
}
