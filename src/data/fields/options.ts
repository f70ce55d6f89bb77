/** Options of a multiple-choice question: their texts, and which of them the ground truth means. */
import { asRecord } from "../row.ts";
import { BadRow, isBlank, parsed, scalarText } from "./value.ts";

/** Maximum options of a question, one for each letter. */
export const MAX_OPTIONS = 26;

/** The options of a row, in order. */
export interface Options {
  readonly texts: readonly string[];
  /** Labels by which the ground truth may name them, such as "A" or "1"; empty where they have none. */
  readonly labels: readonly string[];
  /** Index of the option that the data set marks as right; null where another column says it. */
  readonly marked: number | null;
}

/** The letter of an option: 0 is "A". */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** Reads options from the columns that hold them. Throws `BadRow` if they are in no known form. Null if there are none. */
export function readOptions(
  cells: readonly { readonly name: string; readonly value: unknown }[],
): Options | null {
  const [first, second] = cells;
  if (first === undefined) return null;
  const value = second === undefined ? parsed(first.value) : null;
  const options =
    value !== null && typeof value === "object" ? fromValue(first.name, value) : fromColumns(cells);
  if (options.texts.length > MAX_OPTIONS)
    throw new BadRow(`"${first.name}" has ${options.texts.length} options, more than ${MAX_OPTIONS}`);
  return options.texts.length === 0 ? null : options;
}

/** Options in columns of their own, named by the last letter or number of the columns. */
function fromColumns(cells: readonly { readonly name: string; readonly value: unknown }[]): Options {
  const [only, second] = cells;
  if (only !== undefined && second === undefined && typeof only.value === "string")
    return fromLines(only.name, only.value);
  const filled = cells.filter(({ value }) => !isBlank(value));
  return {
    texts: filled.map(({ name, value }) => scalarText(name, value).trim()),
    labels: filled.map(({ name }) => /([a-z]|\d+)$/i.exec(name)?.[1]?.toUpperCase() ?? ""),
    marked: null,
  };
}

/** Options in one text: a line each, or "A) 1 B) 2" as a CSV cell holds them. */
function fromLines(name: string, text: string): Options {
  if (text.trim() === "") return { texts: [], labels: [], marked: null };
  const lines = text.split(/\n|(?<=\S)[ ,;]+(?=\(?[A-Z][).:] )/).filter((line) => line.trim() !== "");
  if (lines.length < 2) throw new BadRow(`"${name}" is one text, not a list of options`);
  return fromList(name, lines);
}

function fromValue(name: string, value: object): Options {
  if (Array.isArray(value)) return fromList(name, value);
  const record = asRecord(value) ?? {};
  const texts = record["text"] ?? record["choices"] ?? record["texts"];
  const labels = record["label"] ?? record["labels"];
  if (Array.isArray(texts)) {
    const { texts: list } = fromList(name, texts);
    if (!Array.isArray(labels) || labels.length !== list.length)
      return { texts: list, labels: [], marked: null };
    return markedBy(labels) ?? { texts: list, labels: labels.map(String), marked: null };
    function markedBy(flags: readonly unknown[]): Options | null {
      const right = flags.flatMap((flag, i) => (flag === 1 || flag === true ? [i] : []));
      const areFlags = flags.every((flag) => flag === 0 || flag === 1 || typeof flag === "boolean");
      return areFlags && right.length === 1 ? { texts: list, labels: [], marked: right[0] ?? null } : null;
    }
  }
  const entries = Object.entries(record).filter(([, text]) => !isBlank(text));
  return {
    texts: entries.map(([label, text]) => scalarText(`${name}.${label}`, text).trim()),
    labels: entries.map(([label]) => label.trim()),
    marked: null,
  };
}

/** A label in front of an option's text: "A)", "(B)", "C." or "D:". */
const LABEL = /^\s*\(?([A-Z]|\d{1,2})[).:：、]\s*/;

function fromList(name: string, list: readonly unknown[]): Options {
  const items = list.map((item) => optionOf(name, item));
  const labelled = items.map(({ text }) => LABEL.exec(text));
  const isLettered = labelled.every((match, i) => match?.[1] === letterOf(i) || match?.[1] === String(i + 1));
  if (!isLettered || items.length === 0) {
    const labels = items.map(({ label }) => label);
    return { texts: items.map(({ text }) => text), labels: labels.includes("") ? [] : labels, marked: null };
  }
  return {
    texts: items.map(({ text }, i) => text.slice(labelled[i]?.[0].length)),
    labels: labelled.map((match) => match?.[1] ?? ""),
    marked: null,
  };
}

/** One option: text, a number, or an object with label and text. */
function optionOf(name: string, item: unknown): { text: string; label: string } {
  const record = asRecord(item);
  if (record === null) return { text: scalarText(name, item).trim(), label: "" };
  const text = record["text"] ?? record["value"] ?? record["content"] ?? record["option"] ?? record["answer"];
  const label = record["label"] ?? record["key"] ?? record["letter"] ?? record["id"] ?? "";
  if (isBlank(text)) throw new BadRow(`"${name}" has an option without a text`);
  return { text: scalarText(name, text).trim(), label: scalarText(name, label).trim() };
}

/** How the ground truth of a data set names the right option. */
export type TruthForm = "label" | "letter" | "text" | "index from 0" | "index from 1" | "marked" | "own text";

/** Returns the index of the right option, read in a form; null if the form does not fit. */
export function rightOption(options: Options, truth: string | null, form: TruthForm): number | null {
  const { texts, labels, marked } = options;
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
        return /^[A-Z]$/i.test(unwrapped(bare)) ? unwrapped(bare).toUpperCase().charCodeAt(0) - 65 : -1;
      case "text":
        return texts.findIndex((text) => sameText(text, bare));
      case "own text":
        return -1;
      default:
        return /^\d{1,2}(\.0)?$/.test(bare) ? Number(bare) - (form === "index from 1" ? 1 : 0) : -1;
    }
  })();
  return found >= 0 && found < texts.length ? found : null;
}

/** Removes what is written around a letter: "(B)", "B.", "B) 25", "Option B", "\boxed{B}". */
function unwrapped(truth: string): string {
  const inner = /\\(?:boxed|text)\{\s*\(?([A-Z])\)?\s*\}/i.exec(truth)?.[1];
  return (
    inner ?? /^(?:option|choice|answer)?\s*\(?([A-Z]|\d{1,2})\)?(?:[).:、]|\s*$)/i.exec(truth)?.[1] ?? truth
  );
}

const sameText = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The forms in which a truth is looked for, the surest first. */
const FORMS = ["marked", "label", "text", "letter", "index from 0", "index from 1"] as const;

/** A row's options and truth. */
export interface OptionRow {
  readonly options: Options;
  readonly truth: string | null;
  /** Whether the truth was an integer and not text. */
  readonly isInteger: boolean;
}

/**
 * Returns the form that fits most rows. An integer is an index: from 1 only if none is 0 and one equals the number of
 * options. Beside wrong options only, as in GPQA, the right one is the "own text" of the truth, and is added to them.
 */
export function truthForm(rows: readonly OptionRow[], areDistractors: boolean): TruthForm {
  if (areDistractors) return "own text";
  const known = rows.filter(({ truth, options }) => truth !== null || options.marked !== null);
  const fits = (form: TruthForm): number =>
    known.filter(({ options, truth }) => rightOption(options, truth, form) !== null).length;
  if (known.length === 0) return "letter";
  const areIntegers = known.every(({ isInteger }) => isInteger);
  const hasLabels = known.every(({ options }) => options.labels.length > 0);
  const forms = areIntegers && !hasLabels ? (["index from 0", "index from 1"] as const) : FORMS;
  const isOneBased =
    known.every(({ truth }) => Number(truth) >= 1) &&
    known.some(({ truth, options }) => Number(truth) === options.texts.length);
  const ranked = forms
    .filter((form) => (form === "index from 0" ? !isOneBased : true))
    .map((form) => ({ form, score: fits(form) }))
    .sort((a, b) => b.score - a.score);
  return ranked[0]?.form ?? "letter";
}
