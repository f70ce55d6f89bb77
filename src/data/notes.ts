/** Sentences for the user about how a data set was read. */
import type { Question, Task } from "../rl/contracts/types.ts";
import type { OptionRules, PartsRow } from "./fields/compose.ts";
import { EMPTY, type MappedColumns } from "./fields/mapping.ts";
import { letterOf } from "./fields/options.ts";
import { isMedia, looksImportant } from "./fields/roles.ts";

/** "1 row", "2 rows". */
export const countRows = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);

/** Says how options and their ground truth were read. */
export function optionNotes(
  rows: readonly PartsRow[],
  { form, rival, isShuffled, seed }: OptionRules,
): string[] {
  const count = rows.filter(({ parts }) => parts.options !== null).length;
  if (count === 0) return [];
  const where =
    form === "own text" ? "its right answer is added to them" : `its answer is read as ${FORM_TEXTS[form]}`;
  const order = isShuffled ? `; the right one came first, so they were shuffled (seed ${seed})` : "";
  const notes = [`Options are listed under the question, and ${where} (${countRows(count)})${order}.`];
  if (rival !== null && rival !== "own text")
    notes.push(
      `Its answer could also be read as ${FORM_TEXTS[rival]}; if so, write the letters of the right options.`,
    );
  return notes;
}

const FORM_TEXTS = {
  label: "an option's label",
  letter: "a letter",
  text: "an option's text",
  marked: "the option marked as right",
  "index from 0": "an index from 0",
  "index from 1": "an index from 1",
} as const;

/** Says where ground truth was found other than in a plain value. */
export function truthNotes(
  rows: readonly PartsRow[],
  passages: readonly PartsRow[],
  takesNumbers: boolean,
): string[] {
  const counts = new Map<string, number>();
  const count = (text: string): void => void counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const { parts } of rows) {
    const { truth } = parts;
    if (truth?.where != null) count(`"answer" is what "${truth.column}" states ${truth.where}`);
    else if (truth?.text != null && truth.column !== "answer")
      count(`"answer" was read from "${truth.column}"`);
    if (truth?.note != null) count(truth.note);
  }
  for (const { parts } of passages) {
    const column = parts.truth?.column ?? "";
    if (takesNumbers && parts.truth?.number != null)
      count(`"${column}" is prose that marks no answer: its last number was taken`);
    else count(`"${column}" is prose that marks no answer: none was taken`);
  }
  return Array.from(counts, ([text, rowCount]) => `${text} (${countRows(rowCount)}).`);
}

/** One sentence for each role read from a column of another name, and for columns that look as if they mattered. */
export function mappingNotes({ columns }: MappedColumns): string[] {
  const used = columns.filter(
    ({ name, role }) =>
      role !== null && ["prompt", "system", "context", "input"].includes(role) && name !== role,
  );
  const lost = columns.filter(
    ({ name, role, reason }) => role === null && reason !== EMPTY && looksImportant(name),
  );
  return [
    ...used.map(({ name, role }) => `"${role}" was read from "${name}".`),
    ...lost.map(({ name }) =>
      isMedia(name)
        ? `"${name}" is left out: a model here reads text only, so leave out questions that need it.`
        : `"${name}" is left out; if it matters, choose a role for it.`,
    ),
  ];
}

/** Says how many questions have no ground truth. */
export function answerNotes(questions: number, answers: number): string[] {
  if (answers === questions) return [];
  if (answers === 0) return ["The data set has no answers: training works, but accuracy cannot be measured."];
  return [
    `${questions - answers} of ${questions} questions have no answer; accuracy is measured on the others.`,
  ];
}

/** Says that answers are letters, or why not although there are options. */
export function choiceNotes(task: Task, questions: readonly Question[]): string[] {
  const count = questions.filter(({ options }) => options !== undefined).length;
  if (task !== "gpqa" && count === 0) return [];
  if (task !== "gpqa")
    return [
      count === questions.length
        ? "Not every answer is the letter of an option: all are read as open questions."
        : `${count} of ${questions.length} questions have options: all are read as open questions.`,
    ];
  const most = questions.reduce((count, { options = 0 }) => Math.max(count, options), 0);
  return [`Read as multiple choice: answers are letters A to ${letterOf(most - 1)}.`];
}
