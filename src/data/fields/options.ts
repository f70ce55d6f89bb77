/** Options of a multiple-choice question: their texts, and which of them the ground truth means. */
import { asRecord } from "../row.ts";
import { at } from "../../math/at.ts";
import { namesDistractor } from "./roles.ts";
import { BadRow, isBlank, parsed, scalarText } from "./value.ts";

/** Maximum options of a question, one for each letter. */
export const MAX_OPTIONS = 26;

/** The options of a row, in order. */
export interface Options {
  readonly texts: readonly string[];
  /** Index of each option in the data set, where blank ones between them count. */
  readonly positions: readonly number[];
  /** Labels by which the ground truth may name them, such as "A" or "1"; empty where they have none. */
  readonly labels: readonly string[];
  /** Index of the option that the data set marks as right; null where another column says it. */
  readonly marked: number | null;
}

/** Options without blanks between them. */
const optionsOf = (
  texts: readonly string[],
  labels: readonly string[] = [],
  marked: number | null = null,
): Options => ({ texts, labels, marked, positions: texts.map((_, i) => i) });

/** The letter of an option: 0 is "A". */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** Reads options from the columns that hold them. Throws `BadRow` if they are in no known form. Null if there are none. */
export function readOptions(cells: readonly Cell[]): Options | null {
  const [first, second] = cells;
  if (first === undefined || cells.every(({ value }) => isBlank(value))) return null;
  const value = second === undefined ? parsed(first.value) : null;
  const options =
    value !== null && typeof value === "object" ? fromValue(first.name, value) : fromColumns(cells);
  if (options.texts.length > MAX_OPTIONS)
    throw new BadRow(`"${first.name}" has ${options.texts.length} options, more than ${MAX_OPTIONS}`);
  return options.texts.length === 0 ? null : options;
}

/** Options in columns of their own, named by the last letter or number of the columns. */
function fromColumns(cells: readonly Cell[]): Options {
  const [only, second] = cells;
  if (
    only !== undefined &&
    second === undefined &&
    typeof only.value === "string" &&
    !namesDistractor(only.name)
  )
    return fromLines(only.name, only.value);
  const labels = cells.map(({ name }) => /([a-z]|\d+)$/i.exec(name)?.[1]?.toUpperCase() ?? "");
  return withoutBlanks(cells, labels);
}

interface Cell {
  readonly name: string;
  readonly value: unknown;
}

/** Options of which some are blank, which are not listed. */
function withoutBlanks(cells: readonly Cell[], labels: readonly string[]): Options {
  const positions = cells.flatMap(({ value }, i) => (isBlank(value) ? [] : [i]));
  const filled = positions.map((i) => at(cells, i));
  return {
    texts: filled.map(({ name, value }) => scalarText(name, value).trim()),
    labels: positions.map((i) => at(labels, i)),
    marked: null,
    positions,
  };
}

/** Options in one text, as a CSV cell holds them. */
function fromLines(name: string, text: string): Options {
  if (text.trim() === "") return optionsOf([]);
  const texts = listedTexts(text);
  if (texts === null) throw new BadRow(`"${name}" is one text, not a list of options`);
  return fromList(name, texts);
}

/** Splits a text that lists options: "A) 1 B) 2", "a ) 1 , b ) 2", a line each, or with bars or semicolons between. */
export function listedTexts(text: string): readonly string[] | null {
  if (/^\s*[[{]/.test(text)) return null; // a list that is cut off or misspelt
  const starts: number[] = [];
  for (let from = 0; starts.length < MAX_OPTIONS;) {
    const label = new RegExp(String.raw`(?<![^\s,;|])\(?${letterOf(starts.length)}\s?[).:、]\s?`, "gi");
    label.lastIndex = from;
    const found = label.exec(text);
    if (found === null || (starts.length === 0 && text.slice(0, found.index).trim() !== "")) break;
    starts.push(found.index);
    from = label.lastIndex;
  }
  if (starts.length > 1)
    return starts.map((start, i) => {
      const line = text.slice(start, starts[i + 1]).replace(/[\s,;|]+$/, "");
      return line.replace(/^\(?([a-z])\s?[).:、]\s*/i, (_, letter: string) => `${letter.toUpperCase()}. `);
    });
  for (const separator of ["\n", "|", ";"]) {
    const parts = text.split(separator).map((part) => part.trim()).filter((part) => part !== ""); // prettier-ignore
    if (parts.length > 1) return parts;
  }
  return null;
}

function fromValue(name: string, value: object): Options {
  if (Array.isArray(value)) return fromList(name, value);
  const record = asRecord(value) ?? {};
  const texts = record["text"] ?? record["choices"] ?? record["texts"];
  const labels = record["label"] ?? record["labels"];
  if (Array.isArray(texts)) {
    const { texts: list } = fromList(name, texts);
    if (!Array.isArray(labels) || labels.length !== list.length) return optionsOf(list);
    const marked = markedBy(labels);
    return optionsOf(list, marked === null ? labels.map(String) : [], marked);
  }
  const entries = Object.entries(record);
  const marked = markedBy(entries.map(([, flag]) => flag)); // BIG-bench's {"text of an option": 1}
  if (marked !== null) return optionsOf(entries.map(([text]) => text.trim()), [], marked); // prettier-ignore
  const cells = entries.map(([label, text]) => ({ name: `${name}.${label}`, value: text }));
  return withoutBlanks(cells, entries.map(([label]) => label.trim())); // prettier-ignore
}

/** Index of the only option that is flagged as right; null if the values are no flags. */
function markedBy(flags: readonly unknown[]): number | null {
  const areFlags = flags.every((flag) => flag === 0 || flag === 1 || typeof flag === "boolean");
  const right = flags.flatMap((flag, i) => (flag === 1 || flag === true ? [i] : []));
  return areFlags && right.length === 1 && flags.length > 1 ? (right[0] ?? null) : null;
}

/** A label in front of an option's text: "A)", "(B)", "C." or "D:". */
const LABEL = /^\s*\(?([A-Z]|\d{1,2})[).:：、]\s*/;

function fromList(name: string, all: readonly unknown[]): Options {
  const list = all.slice(0, all.findLastIndex((item) => !isBlank(item)) + 1); // tables fill short lists up
  if (list.some(isBlank)) throw new BadRow(`"${name}" has a blank option`);
  const items = list.map((item) => optionOf(name, item));
  const marked = markedBy(items.map(({ isRight }) => isRight));
  const labelled = items.map(({ text }) => LABEL.exec(text));
  const isLettered = labelled.every((match, i) => match?.[1] === letterOf(i) || match?.[1] === String(i + 1));
  if (!isLettered || items.length === 0) {
    const labels = items.map(({ label }) => label);
    return optionsOf(items.map(({ text }) => text), labels.includes("") ? [] : labels, marked); // prettier-ignore
  }
  const texts = items.map(({ text }, i) => text.slice(labelled[i]?.[0].length));
  return optionsOf(texts, labelled.map((match) => match?.[1] ?? ""), marked); // prettier-ignore
}

/** One option: text, a number, or an object with text and, perhaps, a label and whether it is right. */
function optionOf(name: string, item: unknown): { text: string; label: string; isRight: unknown } {
  const record = asRecord(item);
  if (record === null) return { text: scalarText(name, item).trim(), label: "", isRight: null };
  const [only, second] = Object.entries(record);
  if (only !== undefined && second === undefined && /^[A-Z\d]$/i.test(only[0]))
    return { text: scalarText(name, only[1]).trim(), label: only[0], isRight: null }; // {"A": "25"}
  const text = record["text"] ?? record["value"] ?? record["content"] ?? record["option"] ?? record["answer"];
  const label = record["label"] ?? record["key"] ?? record["letter"] ?? record["id"] ?? "";
  if (isBlank(text)) throw new BadRow(`"${name}" has an option without a text`);
  const isRight = Object.entries(record).find(([key]) => /^(?:is_?)?(?:correct|right|answer)$/i.test(key));
  return {
    text: scalarText(name, text).trim(),
    label: scalarText(name, label).trim(),
    isRight: isRight?.[1],
  };
}

/** How the ground truth of a data set names the right option. */
export type TruthForm = "label" | "letter" | "text" | "index from 0" | "index from 1" | "marked" | "own text";

/** Returns the index of the right option, read in a form; null if the form does not fit. */
export function rightOption(options: Options, truth: string | null, form: TruthForm): number | null {
  const { texts, labels, marked, positions } = options;
  if (form === "marked") return marked;
  if (truth === null) return null;
  const bare = truth.trim();
  const found = ((): number => {
    switch (form) {
      case "label":
        return labels.findIndex(
          (label) => label !== "" && label.toUpperCase() === unwrapped(bare).toUpperCase(),
        );
      case "letter":
        return /^[A-Z]$/i.test(unwrapped(bare))
          ? positions.indexOf(unwrapped(bare).toUpperCase().charCodeAt(0) - 65)
          : -1;
      case "text":
        return texts.findIndex((text) => sameText(text, bare));
      case "own text":
        return -1;
      default:
        return /^\d{1,2}(\.0)?$/.test(bare)
          ? positions.indexOf(Number(bare) - (form === "index from 1" ? 1 : 0))
          : -1;
    }
  })();
  return found >= 0 && found < texts.length ? found : null;
}

/** Removes what is written around a letter: "(B)", "B.", "B) 25", "Option B", "\boxed{B}". */
function unwrapped(truth: string): string {
  const inner = /\\(?:boxed|text)\{\s*\(?([A-Z])\)?\s*\}/i.exec(truth)?.[1];
  return (
    inner ??
    /^(?:option|choice|answer|opt|ans)?[\s_]*\(?([A-Z]|\d{1,2})\)?(?:[).:、]|\s*$)/i.exec(truth)?.[1] ??
    truth
  );
}

/** Whether two options say the same. */
export const sameText = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The forms in which a truth is looked for, the surest first. */
const FORMS = ["marked", "label", "text", "letter", "index from 0", "index from 1"] as const;
/** The same for integers, which are indices unless the options are numbers that they equal. */
const INTEGER_FORMS = ["marked", "index from 0", "index from 1", "text"] as const;

/** A row's options and truth. */
export interface OptionRow {
  readonly options: Options;
  readonly truth: string | null;
  /** Whether the truth was an integer and not text. */
  readonly isInteger: boolean;
}

/** A form, and another one that would fit as many rows but mean other options. */
export interface FoundForm {
  readonly form: TruthForm;
  readonly rival: TruthForm | null;
}

/**
 * Returns the form that fits most rows. An integer is an index: from 1 only if none is 0 and one equals the number of
 * options. Where only wrong options are listed, as in GPQA, the right one is the "own text" of the truth, and is added to them.
 */
export function truthForm(rows: readonly OptionRow[], areDistractors: boolean): FoundForm {
  if (areDistractors) return { form: "own text", rival: null };
  const known = rows.filter(({ truth, options }) => truth !== null || options.marked !== null);
  if (known.length === 0) return { form: "letter", rival: null };
  const rightsIn = (form: TruthForm): (number | null)[] =>
    known.map(({ options, truth }) => rightOption(options, truth, form));
  const areIntegers = known.every(({ isInteger }) => isInteger);
  const hasLabels = known.every(({ options }) => options.labels.length > 0);
  const isOneBased =
    known.every(({ truth }) => Number(truth) >= 1) &&
    known.some(({ truth, options }) => Number(truth) === (options.positions.at(-1) ?? -1) + 1);
  const [best, second] = (areIntegers && !hasLabels ? INTEGER_FORMS : FORMS)
    .filter((form) => form !== "index from 0" || !isOneBased)
    .map((form) => ({ form, rights: rightsIn(form) }))
    .map(({ form, rights }) => ({ form, rights, score: rights.filter((right) => right !== null).length }))
    .sort((a, b) => b.score - a.score);
  if (best === undefined || best.score === 0) return { form: "letter", rival: null };
  const isStated = best.form === "marked" || best.form === "label";
  const isRivalled =
    !isStated && second?.score === best.score && second.rights.some((right, i) => right !== best.rights[i]);
  return { form: best.form, rival: isRivalled ? second.form : null };
}
