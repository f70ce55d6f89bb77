/** One row of a data set -> its fields, under the names people use for them. */

/** The fields of a good row; `readFrom` says which names they had, where those differ from ours. */
export interface RowFields {
  readonly prompt: string;
  readonly answer: string | null;
  readonly id: string | null;
  readonly level: string | null;
  readonly readFrom: readonly string[];
}

/** Names of each field, the best first. */
const PROMPT_NAMES = ["prompt", "question", "problem", "query", "instruction", "input"];
const ANSWER_NAMES = ["answer", "final_answer", "ground_truth", "target", "label", "output"];
const ID_NAMES = ["id", "unique_id", "question_id"];
const LEVEL_NAMES = ["level", "difficulty"];

/** The value as an object with named fields, or null. Read its fields with `Object.hasOwn` only. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  // A JSON object has string keys and unknown values: exactly this type.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** A row that cannot be used; the message is the reason. */
export class BadRow extends Error {}

interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** The first of the names that the row has with something in it; capitals do not matter. */
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

/** Half of a surrogate pair is not Unicode text and has no UTF-8: the replacement character stands for it. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");

/** Text or a number as text; a list of one counts as what is in it. */
function scalarText({ name, value }: Field): string {
  const item: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof item === "string") return wellFormed(item);
  if (typeof item !== "number") throw new BadRow(`"${name}" is ${kindOf(value)}, not text or a number`);
  if (Number.isInteger(item) && !Number.isSafeInteger(item)) {
    throw new BadRow(`"${name}" is a number too large to be read exactly; write it in quotes`);
  }
  return String(item);
}

/** Whether the object is itself a row, under any name for the prompt. */
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

/** Content of the last `\boxed{...}`, braces balanced; null when there is none or it is cut off. */
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

/** The answer at the end of a worked solution: after `####` as in GSM8K, or in the last box; null without either. */
function statedAnswer(text: string): string | null {
  const mark = text.lastIndexOf("####");
  const stated =
    mark >= 0
      ? (text
          .slice(mark + 4)
          .trim()
          .split("\n", 1)[0] ?? "")
      : lastBoxed(text);
  return stated === null || stated.trim() === "" ? null : stated.trim();
}

interface ReadAnswer {
  readonly text: string;
  /** Where it stood, when not simply in "answer". */
  readonly source: string | null;
}

function readAnswer(row: Readonly<Record<string, unknown>>): ReadAnswer | null {
  const field = findField(row, ANSWER_NAMES);
  if (field !== null) {
    const text = scalarText(field).trim();
    const stated = statedAnswer(text);
    const source = field.name === "answer" ? null : `"answer" was read from "${field.name}"`;
    if (stated === null) return { text, source };
    return { text: stated, source: `"answer" is what "${field.name}" states at its end (#### or \\boxed{})` };
  }
  // A worked solution is the last resort: only the answer it states counts, or all of it when it is one short line.
  const solution = findField(row, ["solution"]);
  if (solution === null) return null;
  const text = scalarText(solution).trim();
  const stated = statedAnswer(text) ?? (/^.{1,40}$/u.test(text) ? text : null);
  return stated === null
    ? null
    : { text: stated, source: `"answer" is what "${solution.name}" states at its end` };
}

/** "Level 3", "3" and 3 are the level L3; other names stay as they are. */
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

/** Reads a row; throws `BadRow` with the reason when it has no usable prompt or an unusable answer. */
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
