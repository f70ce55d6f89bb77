/** Reads the fields of a data set row under their common names. */

/** The fields of a valid row; `readFrom` describes names that differ from "prompt" and "answer". */
export interface RowFields {
  readonly prompt: string;
  readonly answer: string | null;
  readonly id: string | null;
  readonly level: string | null;
  readonly readFrom: readonly string[];
}

/** Accepted names of each field, in order of preference. */
const PROMPT_NAMES = ["prompt", "question", "problem", "query", "instruction", "input"];
const ANSWER_NAMES = ["answer", "final_answer", "ground_truth", "target", "label", "output"];
const ID_NAMES = ["id", "unique_id", "question_id"];
const LEVEL_NAMES = ["level", "difficulty"];

/** Returns the value as a JSON object, or null. Read its fields with `Object.hasOwn` or `Object.entries` only. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  // A JSON object has string keys and unknown values: exactly this type.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** A row cannot be used; the message is the reason. */
export class BadRow extends Error {}

interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** Returns the first named field that is not blank; names are compared without case. */
function findField(row: Readonly<Record<string, unknown>>, names: readonly string[]): Field | null {
  const present = new Map(
    Object.entries(row).map(([key, value]) => [key.trim().toLowerCase(), { name: key, value }]),
  );
  for (const name of names) {
    const field = present.get(name);
    if (field !== undefined && !isBlank(field.value)) return field;
  }
  return null;
}

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Replaces lone surrogates, which have no UTF-8 encoding, by the replacement character. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");

/** Returns text, or a number as text; a list of one element is unwrapped. Throws `BadRow`. */
function scalarText({ name, value }: Field): string {
  const item: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof item === "string") return wellFormed(item);
  if (typeof item !== "number") throw new BadRow(`"${name}" is ${kindOf(value)}, not text or a number`);
  if (Number.isInteger(item) && !Number.isSafeInteger(item)) {
    throw new BadRow(`"${name}" is a number too large to be read exactly: put it in quotes`);
  }
  return String(item);
}

/** Returns true if the object has a text prompt under any accepted name. */
export function hasPrompt(row: Readonly<Record<string, unknown>>): boolean {
  return typeof findField(row, PROMPT_NAMES)?.value === "string";
}

function readPrompt(row: Readonly<Record<string, unknown>>): { name: string; text: string } {
  const field = findField(row, PROMPT_NAMES);
  if (field === null) {
    const named = Object.keys(row).some((key) => PROMPT_NAMES.includes(key.trim().toLowerCase()));
    throw new BadRow(named ? "the prompt is empty" : `there is no "prompt" (fields: ${listKeys(row)})`);
  }
  if (typeof field.value !== "string")
    throw new BadRow(`"${field.name}" is ${kindOf(field.value)}, not text`);
  return { name: field.name, text: wellFormed(field.value) };
}

function listKeys(row: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(row);
  const shown = keys.slice(0, 5).map((key) => key.slice(0, 40));
  return keys.length === 0 ? "none" : shown.join(", ") + (keys.length > shown.length ? ", ..." : "");
}

/** Returns the content of the last `\boxed{...}` with balanced braces; null if absent or truncated. */
function lastBoxed(text: string): string | null {
  const start = text.lastIndexOf("\\boxed{");
  if (start < 0) return null;
  const content = start + "\\boxed{".length;
  let depth = 1;
  for (let i = content; i < text.length; i++) {
    if (text[i] === "{") depth += 1;
    if (text[i] === "}") depth -= 1;
    if (depth === 0) return text.slice(content, i);
  }
  return null;
}

/** Returns the final answer of a worked solution: after `####` as in GSM8K, or in the last box; null without either. */
function finalAnswer(text: string): string | null {
  const mark = text.lastIndexOf("####");
  const answer =
    mark < 0
      ? lastBoxed(text)
      : text
          .slice(mark + 4)
          .trim()
          .replace(/\n.*/s, "");
  return answer === null || answer.trim() === "" ? null : answer.trim();
}

interface ReadAnswer {
  readonly text: string;
  /** Description of its source, if other than the whole field "answer". */
  readonly source: string | null;
}

function readAnswer(row: Readonly<Record<string, unknown>>): ReadAnswer | null {
  const field = findField(row, ANSWER_NAMES);
  if (field !== null) {
    const text = scalarText(field).trim();
    const stated = finalAnswer(text);
    const source = field.name === "answer" ? null : `"answer" was read from "${field.name}"`;
    if (stated === null) return { text, source };
    return {
      text: stated,
      source: `"answer" is the final answer in "${field.name}" (after #### or in \\boxed{})`,
    };
  }
  // Fall back to a worked solution: its final answer, or all of it if it is one short line.
  const solution = findField(row, ["solution"]);
  if (solution === null) return null;
  const text = scalarText(solution).trim();
  const stated = finalAnswer(text) ?? (/^.{1,40}$/u.test(text) ? text : null);
  return stated === null
    ? null
    : { text: stated, source: `"answer" is the final answer in "${solution.name}"` };
}

/** Returns the level; "Level 3", "3" and 3 become "L3", other names are kept. */
function readLevel(row: Readonly<Record<string, unknown>>): string | null {
  const field = findField(row, LEVEL_NAMES);
  if (field === null || (typeof field.value !== "string" && typeof field.value !== "number")) return null;
  const text = wellFormed(String(field.value)).trim();
  return text.replace(/^(?:level\s*)?(\d{1,2})$/i, "L$1").slice(0, 40);
}

function readId(row: Readonly<Record<string, unknown>>): string | null {
  const field = findField(row, ID_NAMES);
  if (field === null || (typeof field.value !== "string" && typeof field.value !== "number")) return null;
  return wellFormed(String(field.value)).trim().slice(0, 200);
}

/** Reads a row. Throws `BadRow` if it has no usable prompt or an unusable answer. */
export function readFields(value: unknown): RowFields {
  const row = asRecord(value);
  if (row === null)
    throw new BadRow(value === null ? "the row is null" : `the row is ${kindOf(value)}, not an object`);
  const prompt = readPrompt(row);
  const answer = readAnswer(row);
  const promptNote = prompt.name === "prompt" ? [] : [`"prompt" was read from "${prompt.name}"`];
  return {
    prompt: prompt.text,
    answer: answer?.text ?? null,
    id: readId(row),
    level: readLevel(row),
    readFrom: answer?.source == null ? promptNote : [...promptNote, answer.source],
  };
}
