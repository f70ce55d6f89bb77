/** Rows of a data set -> questions and, separately, their ground truth. */
import type { Question, Task } from "../rl/contracts/types.ts";
import type { AnswerKey } from "../rl/metrics/answerKey.ts";
import { rowFields, type Fields, type RawRow, type RowError } from "./row.ts";
import { DatasetError, EXPECTED } from "./datasetError.ts";
import {
  labelOf,
  readParts,
  withOptions,
  type OptionRules,
  type PartsRow,
  type RecordRow,
  type RowParts,
} from "./fields/compose.ts";
import {
  columnsOf,
  mapColumns,
  sampleOf,
  type ChosenRoles,
  type Column,
  type MappedColumns,
  type Mapping,
} from "./fields/mapping.ts";
import { namesDistractor } from "./fields/roles.ts";
import { letterOf, rightOption, truthForm } from "./fields/options.ts";
import { BadRow, kindOf } from "./fields/value.ts";
import { answerNotes, choiceNotes, countRows, mappingNotes, optionNotes, truthNotes } from "./notes.ts";

/** Questions and ground truth, and what was inferred to get them. */
export interface Interpretation {
  readonly questions: readonly Question[];
  /** Ground truth by question id; questions without one are absent. */
  readonly answerKey: AnswerKey;
  readonly task: Task;
  /** Rows left out, sorted by row number. */
  readonly errors: readonly RowError[];
  /** Sentences for the user about what was inferred. */
  readonly notes: readonly string[];
  readonly columns: readonly Column[];
  readonly mapping: Mapping;
  /** The first rows as they are in the file. */
  readonly firstRows: readonly Fields[];
  /** Of the first questions, the text that states the ground truth; null where none does. */
  readonly statedTruths: readonly (string | null)[];
}

/** Number of rows shown to the user. */
export const FIRST_ROWS = 5;

/** Interprets rows: finds the columns' roles and composes the questions. */
export function interpret(
  { name, file }: { readonly name: string; readonly file: string },
  raw: readonly RawRow[],
  unparsed: readonly RowError[],
  options: { readonly map?: ChosenRoles; readonly shuffleSeed?: number },
): Interpretation {
  const { records, errors: odd } = recordsOf(raw);
  const fields = records.map(({ value }) => value);
  const sample = sampleOf(fields);
  const names = columnsOf(sample);
  checkChosen(file, names, options.map);
  const mapped = mapColumns(names, sample, options.map);
  const { good, errors: bad } = partsOf(records, mapped);
  const { composed, errors: unanswerable, notes } = compose(good, mapped, options.shuffleSeed ?? 0);
  const errors = [...unparsed, ...odd, ...bad, ...unanswerable].sort((a, b) => a.row - b.row);
  if (composed.length === 0) throw nothingUsable(file, errors, names);
  const { named, renamed } = nameRows(name, composed);
  const answerKey = new Map(
    named.flatMap(({ id, answer }) => (answer === null ? [] : ([[id, answer]] as const))),
  );
  const { task, questions } = settleTask(named.map(toQuestion), answerKey);
  return {
    questions,
    answerKey,
    task,
    errors,
    notes: [
      ...mappingNotes(mapped),
      ...notes,
      ...(renamed > 0 ? [`Duplicate ids were numbered (${countRows(renamed)}).`] : []),
      ...answerNotes(questions.length, answerKey.size),
      ...choiceNotes(task, questions),
    ],
    ...mapped,
    firstRows: fields.slice(0, FIRST_ROWS),
    statedTruths: composed.slice(0, FIRST_ROWS).map(({ stated }) => stated),
  };
}

const placeOf = ({ row, line }: RawRow): Omit<RowError, "reason"> => ({
  row,
  ...(line === undefined ? {} : { line }),
});

/** Returns the rows as objects. */
function recordsOf(rows: readonly RawRow[]): { records: RecordRow[]; errors: RowError[] } {
  const { good: records, errors } = sortRows(rows, (row) => {
    const value = rowFields(row.value);
    if (value !== null) return { ...row, value };
    if (row.value === null) throw new BadRow("the row is null");
    throw new BadRow(`the row is ${kindOf(row.value)}, not an object`);
  });
  return { records, errors };
}

function checkChosen(name: string, columns: readonly string[], chosen: ChosenRoles = {}): void {
  const unknown = Object.values(chosen)
    .flat()
    .find((column) => !columns.includes(column));
  if (unknown === undefined) return;
  throw new DatasetError(name, `there is no column "${unknown}"`, `Its columns are ${columns.join(", ")}.`);
}

function partsOf(
  records: readonly RecordRow[],
  { mapping }: MappedColumns,
): { good: PartsRow[]; errors: RowError[] } {
  return sortRows(records, (row) => ({ ...row, parts: readParts(row.value, mapping) }));
}

/** Converts rows; those that throw `BadRow` become errors. */
function sortRows<T extends RawRow, R>(
  rows: readonly T[],
  convert: (row: T) => R,
): { good: R[]; errors: RowError[] } {
  const good: R[] = [];
  const errors: RowError[] = [];
  for (const row of rows) {
    try {
      good.push(convert(row));
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      errors.push({ ...placeOf(row), reason: error.message });
    }
  }
  return { good, errors };
}

interface Composed extends RawRow {
  readonly id: string | null;
  readonly prompt: string;
  readonly context: RowParts["context"];
  readonly level: string | null;
  readonly answer: string | null;
  /** Number of lettered options; 0 for an open question. */
  readonly options: number;
  /** Text that states the answer. */
  readonly stated: string | null;
}

interface Composition {
  readonly composed: readonly Composed[];
  readonly errors: readonly RowError[];
  readonly notes: readonly string[];
}

/** Share of passages with a number from which the last number counts as their answer. */
const MOSTLY = 0.8;

/** Composes questions and answers; what the rows have in common decides how options and truths are read. */
function compose(rows: readonly PartsRow[], { mapping }: MappedColumns, seed: number): Composition {
  const rules = optionRules(rows, mapping.options.every(namesDistractor), seed);
  const passages = rows.filter(({ parts: { truth } }) => truth !== null && truth.text === null);
  const takesNumbers =
    passages.filter(({ parts }) => parts.truth?.number != null).length > MOSTLY * passages.length;
  const { good, errors } = sortRows(rows, ({ parts, ...row }): Composed => {
    const { context, id, level, truth, question } = parts;
    const common = { ...row, id, level, context, stated: truth?.stated ?? null };
    if (parts.options !== null) {
      const { prompt, letter, count } = withOptions(parts, row.row, rules);
      return { ...common, prompt, answer: letter, options: count };
    }
    const answer = truth?.text ?? (takesNumbers ? (truth?.number ?? null) : null);
    return { ...common, prompt: question, answer, options: 0 };
  });
  return {
    composed: good,
    errors,
    notes: [...optionNotes(rows, rules), ...truthNotes(rows, passages, takesNumbers)],
  };
}

/** Rows whose stated letter or index may be that of the first option in all of them by chance. */
const MAX_CHANCE = 9;

function optionRules(rows: readonly PartsRow[], areDistractors: boolean, seed: number): OptionRules {
  const withChoice = rows.flatMap(({ parts: { options, truth } }) =>
    options === null ? [] : [{ options, truth: labelOf(truth), isInteger: truth?.isInteger ?? false }],
  );
  const { form, rival } = truthForm(withChoice, areDistractors);
  const rights = withChoice.map(({ options, truth }) => rightOption(options, truth, form));
  const areFirst =
    rights.length > (form === "marked" ? 0 : MAX_CHANCE) && rights.every((right) => right === 0);
  return { form, rival, isShuffled: form === "own text" || areFirst, seed };
}

function nothingUsable(name: string, errors: readonly RowError[], columns: readonly string[]): DatasetError {
  const [first] = errors;
  if (first === undefined) return new DatasetError(name, "the file has no rows", `${EXPECTED}.`);
  const rows = errors.length === 1 ? "its only row" : `any of its ${errors.length} rows`;
  const what = `no question could be read from ${rows}. Row ${first.row}: ${first.reason}`;
  const remedy =
    columns.length === 0 || !first.reason.includes('no "prompt"')
      ? `${EXPECTED}.`
      : `${EXPECTED}; or say which column it is, as in prompt=${columns[0]}.`;
  return new DatasetError(name, what, remedy);
}

interface NamedRow extends Omit<Composed, "id"> {
  readonly id: string;
}

/** Gives every row a unique id: the file's, numbered if repeated, or one made from the row number. */
function nameRows(name: string, rows: readonly Composed[]): { named: NamedRow[]; renamed: number } {
  const given = new Set(rows.flatMap(({ id }) => id ?? []));
  const used = new Set<string>();
  const copies = new Map<string, number>();
  let renamed = 0;
  const named = rows.map((composed): NamedRow => {
    const wanted = composed.id ?? `${name}-${composed.row}`;
    let id = wanted;
    while (used.has(id) || (id !== composed.id && given.has(id))) {
      const copy = (copies.get(wanted) ?? 1) + 1;
      copies.set(wanted, copy);
      id = `${wanted}-${copy}`;
    }
    if (composed.id !== null && id !== composed.id) renamed += 1;
    used.add(id);
    return { ...composed, id };
  });
  return { named, renamed };
}

function toQuestion({ id, prompt, context, level, options }: NamedRow): Question {
  return {
    id,
    prompt,
    ...(context.length > 0 && { context }),
    ...(level !== null && { level }),
    ...(options > 0 && { options }),
  };
}

/** Multiple choice if every question lists options and every answer is the letter of one; else open questions. */
function settleTask(
  questions: readonly Question[],
  answerKey: Map<string, string>,
): { task: Task; questions: readonly Question[] } {
  const lettered = questions.map((question) => ({
    ...question,
    options: question.options ?? listedOptions(question.prompt),
  }));
  const letters = [...answerKey].map(
    ([id, answer]) => [id, /^\(?([A-Z])\)?\.?$/.exec(answer.trim())?.[1]] as const,
  );
  const isChoice =
    lettered.every(({ options }) => options >= 2) && letters.every(([, letter]) => letter !== undefined);
  if (!isChoice) return { task: "math", questions };
  for (const [id, letter] of letters) if (letter !== undefined) answerKey.set(id, letter);
  return { task: "gpqa", questions: lettered };
}

/** Number of options that a prompt lists on lines of their own, from A on. */
function listedOptions(prompt: string): number {
  let count = 0;
  while (count < 26 && new RegExp(`^[ \\t]*\\(?${letterOf(count)}[.):]`, "m").test(prompt)) count += 1;
  return count;
}
