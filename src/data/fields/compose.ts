/** Composes a question and its ground truth from the fields of a row. */
import { createRandom } from "../../math/random.ts";
import type { Message } from "../../rl/contracts/types.ts";
import { asRecord, type Fields, type RawRow } from "../row.ts";
import { isConversation, readConversation } from "./conversation.ts";
import type { Mapping } from "./mapping.ts";
import { letterOf, readOptions, rightOption, sameText, type Options, type TruthForm } from "./options.ts";
import type { Role } from "./roles.ts";
import { isProse, lastNumber, plainValue, statedTruth, type Stated } from "./truth.ts";
import { BadRow, isBlank, isNested, kindOf, parsed, scalarText, valueAt } from "./value.ts";

/** The fields of a row by role, before options and truth are settled, for which all rows are needed. */
export interface RowParts {
  readonly context: readonly Message[];
  readonly question: string;
  readonly options: Options | null;
  readonly truth: Truth | null;
  readonly id: string | null;
  readonly level: string | null;
}

/** Ground truth as a row gives it. */
export interface Truth {
  readonly column: string;
  /** Text of the field or the reply, as it is. */
  readonly stated: string;
  /** The value, or what a worked solution states; null for a passage that marks no answer. */
  readonly text: string | null;
  /** Where a solution states it; null for a plain value. */
  readonly where: Stated["where"] | null;
  /** The last number of a passage that marks no answer. */
  readonly number: string | null;
  readonly isInteger: boolean;
  /** Sentence about a choice among several answers; null for one. */
  readonly note: string | null;
}

/** A row as an object. */
export interface RecordRow extends RawRow {
  readonly value: Fields;
}

/** A row with its fields by role. */
export interface PartsRow extends RecordRow {
  readonly parts: RowParts;
}

/** Reads the parts of a row. Throws `BadRow` if it has no usable prompt or unusable options. */
export function readParts(row: Fields, mapping: Mapping): RowParts {
  const prompt = first(row, mapping, "prompt");
  const input = textOf(row, mapping, "input");
  if (prompt === null && input === "") throw new BadRow(noPrompt(row, mapping));
  const talk =
    prompt !== null && isConversation(prompt.value) ? readConversation(prompt.name, prompt.value) : null;
  const question = talk?.prompt ?? (prompt === null ? "" : promptText(prompt));
  const context = mapping.context.map((name) => fieldText(row, name)).filter((text) => text !== "");
  const system = textOf(row, mapping, "system");
  const turns: Message[] = system === "" ? [] : [{ role: "system", content: system }];
  const cells = mapping.options.map((name) => ({ name, value: valueAt(row, name) }));
  return {
    context: [...turns, ...(talk?.context ?? [])],
    question: [...context, question, input].filter((text) => text !== "").join("\n"),
    options: readOptions(cells),
    truth: readTruth(row, mapping) ?? replyTruth(prompt?.name ?? "", talk?.reply ?? null),
    id: identifier(row, mapping),
    level: levelOf(row, mapping),
  };
}

interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** Returns the first column of a role that is not blank. */
function first(row: Fields, mapping: Mapping, role: Role): Field | null {
  const name = mapping[role].find((column) => !isBlank(valueAt(row, column)));
  return name === undefined ? null : { name, value: valueAt(row, name) };
}

function promptText({ name, value }: Field): string {
  if (typeof value !== "string") throw new BadRow(`"${name}" is ${kindOf(value)}, not text`);
  return scalarText(name, value);
}

/** Text of a field, a list of texts as lines. */
function fieldText(row: Fields, name: string): string {
  const value = parsed(valueAt(row, name));
  if (isBlank(value)) return "";
  return isList(value)
    ? value.map((item) => scalarText(name, item)).join("\n")
    : scalarText(name, value).trim();
}

function textOf(row: Fields, mapping: Mapping, role: Role): string {
  const field = first(row, mapping, role);
  return field === null ? "" : scalarText(field.name, field.value);
}

function noPrompt(row: Fields, { prompt }: Mapping): string {
  const [named] = prompt.filter((name) => valueAt(row, name) !== undefined);
  if (named !== undefined) return "the prompt is empty";
  const keys = Object.keys(row).map((key) => key.slice(0, 40));
  const listed = keys.length === 0 ? "none" : keys.slice(0, 8).join(", ") + (keys.length > 8 ? ", ..." : "");
  return `there is no "prompt" (fields: ${listed})`;
}

/** Columns whose list holds alternative answers, of which the first counts. */
const ALTERNATIVES = /^(answers|aliases|targets?)$/i;
/** What NuminaMath writes where there is no answer: its solution states none either. */
const NO_ANSWER = /^(proof|not ?found)$/i;
/** What pandas writes where a value is missing. */
const MISSING = /^(nan|<na>)$/i;

function readTruth(row: Fields, mapping: Mapping): Truth | null {
  const answer = first(row, mapping, "answer");
  if (answer !== null && NO_ANSWER.test(String(answer.value))) return null;
  const stated = answer === null ? null : truthOf(answer);
  if (stated !== null && stated.text !== null) return stated;
  const solution = first(row, mapping, "solution");
  return (solution === null ? null : truthOf(solution)) ?? stated;
}

function truthOf(field: Field): Truth | null {
  if (isConversation(field.value)) {
    const turns: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
    const asked = [{ role: "user", content: "?" }, ...turns];
    return replyTruth(field.name, readConversation(field.name, asked).reply);
  }
  const { text, note } = answerText(field);
  if (text === "" || MISSING.test(text)) return null;
  return { ...statedIn(field.name, text), note, isInteger: typeof field.value === "number" };
}

/** Text of an answer field: SQuAD's and DROP's objects and lists included. */
function answerText({ name, value }: Field): { text: string; note: string | null } {
  const whole = typeof value === "string" && isNested(value) ? parsed(value) : value;
  const inner =
    typeof whole === "object" && whole !== null && !Array.isArray(whole) ? objectAnswer(whole) : null;
  const list = inner?.list ?? whole;
  if (!isList(list)) return { text: isBlank(list) ? "" : scalarText(name, list).trim(), note: null };
  const texts = [...new Set(list.map((item) => scalarText(name, answerItem(item)).trim()))];
  if (texts.length <= 1) return { text: texts[0] ?? "", note: null };
  const areAlternatives = inner?.areAlternatives ?? ALTERNATIVES.test(name);
  return areAlternatives
    ? { text: texts[0] ?? "", note: `Of several answers in "${name}" the first counts` }
    : { text: texts.join(", "), note: `The answers in "${name}" were joined by commas` };
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function objectAnswer(value: object): { list: unknown; areAlternatives: boolean } | null {
  const fields = new Map<string, unknown>(Object.entries(value));
  const spans = fields.get("spans");
  if (Array.isArray(spans) && spans.length > 0) return { list: spans, areAlternatives: false };
  const names = ["text", "value", "ground_truth", "number"];
  const text = names.map((name) => fields.get(name)).find((inner) => !isBlank(inner));
  if (text !== undefined) return { list: text, areAlternatives: true };
  const { day = "", month = "", year = "" } = asRecord(fields.get("date")) ?? {}; // DROP
  const date = [day, month, year].filter((part) => !isBlank(part)).join(" ");
  if (date !== "") return { list: date, areAlternatives: false };
  return [...names, "spans"].some((name) => fields.has(name)) ? { list: "", areAlternatives: false } : null;
}

const answerItem = (item: unknown): unknown =>
  typeof item === "object" && item !== null ? (objectAnswer(item)?.list ?? item) : item;

function replyTruth(name: string, reply: string | null): Truth | null {
  return reply === null ? null : { ...statedIn(name, reply.trim()), note: null, isInteger: false };
}

function statedIn(column: string, text: string): Omit<Truth, "note" | "isInteger"> {
  const found = statedTruth(text);
  const source = { column, stated: text };
  if (found !== null) return { ...source, text: plainValue(found.text), where: found.where, number: null };
  if (!isProse(text)) return { ...source, text: plainValue(text), where: null, number: null };
  return { ...source, text: null, where: null, number: lastNumber(text)?.text ?? null };
}

function identifier(row: Fields, mapping: Mapping): string | null {
  const text = plainText(first(row, mapping, "id"));
  return text === null ? null : text.slice(0, 200);
}

/** Returns the level; "Level 3", "3" and 3 become "L3", other names are kept. */
function levelOf(row: Fields, mapping: Mapping): string | null {
  const text = plainText(first(row, mapping, "level"));
  return text === null ? null : text.replace(/^(?:level\s*)?(\d{1,2})$/i, "L$1").slice(0, 40);
}

/** Text or a number as text; null for anything else, which is no label of a row. */
function plainText(field: Field | null): string | null {
  if (field === null || (typeof field.value !== "string" && typeof field.value !== "number")) return null;
  return scalarText(field.name, field.value).trim();
}

/** How options are listed, for all rows alike. */
export interface OptionRules {
  readonly form: TruthForm;
  /** Another form that would fit as well; null if there is none. */
  readonly rival: TruthForm | null;
  /** Whether the options are shuffled, since the right one would always come first. */
  readonly isShuffled: boolean;
  readonly seed: number;
}

/** A question with its options as lettered lines, and the letter of the right one. */
export interface Lettered {
  readonly prompt: string;
  readonly letter: string | null;
  readonly count: number;
}

/** Returns the truth of a row with options; null where there is none, or a negative label as in unlabelled test splits. */
export function labelOf(truth: Truth | null): string | null {
  return truth?.text == null || (truth.isInteger && Number(truth.text) < 0) ? null : truth.text;
}

/** Lists the options under the question. Throws `BadRow` if the ground truth is none of them. */
export function withOptions(
  { question, options, truth }: RowParts,
  row: number,
  rules: OptionRules,
): Lettered {
  const { texts } = options ?? { texts: [] };
  const value = labelOf(truth);
  const isAdded = rules.form === "own text";
  const all = isAdded && value !== null ? [value, ...texts.filter((text) => !sameText(text, value))] : texts;
  const right = isAdded ? 0 : options === null ? null : rightOption(options, value, rules.form);
  if (right === null && value !== null)
    throw new BadRow(`the answer "${value}" in "${truth?.column}" is none of the ${texts.length} options`);
  const order = all.map((_, i) => i);
  const shuffled = rules.isShuffled ? createRandom(rules.seed, row).shuffle(order) : order;
  if (listsOptions(question, all))
    return { prompt: question, letter: right === null ? null : letterOf(right), count: all.length };
  const lines = shuffled.map((option, i) => `${letterOf(i)}. ${all[option]}`);
  const known = right !== null && !(isAdded && value === null);
  return {
    prompt: [question, ...lines].join("\n"),
    letter: known ? letterOf(shuffled.indexOf(right)) : null,
    count: all.length,
  };
}

/** Whether a question lists its options already, in their order. */
function listsOptions(question: string, texts: readonly string[]): boolean {
  return texts.every((text, i) => {
    const at = question.indexOf(text, question.search(new RegExp(`\\b${letterOf(i)}[.):]`)));
    return at >= 0 && new RegExp(`(^|[\\s(])${letterOf(i)}[.):]\\s*$`, "m").test(question.slice(0, at));
  });
}
