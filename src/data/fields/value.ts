/** Reads the value of a field as text, list or object. */
import { asRecord, type Fields } from "../row.ts";

/** A row cannot be used; the message is the reason. */
export class BadRow extends Error {}

/** Replaces lone surrogates, which have no UTF-8 encoding, by the replacement character. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");

/** Returns the value of a column, which may be a path such as "reward_model.ground_truth". */
export function valueAt(row: Fields, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  const dot = column.indexOf(".");
  const inner = dot < 0 ? null : asRecord(parsed(fieldOf(row, column.slice(0, dot))));
  return inner === null ? undefined : valueAt(inner, column.slice(dot + 1));
}

const fieldOf = (row: Fields, name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined);

export const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

/** The kind of a value, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Returns text, a number or a truth value as text; a list of one element is unwrapped. Throws `BadRow` for others. */
export function scalarText(name: string, value: unknown): string {
  const item: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof item === "string") return wellFormed(item);
  if (typeof item === "boolean") return String(item);
  if (typeof item !== "number") throw new BadRow(`"${name}" is ${kindOf(value)}, not text or a number`);
  if (!Number.isFinite(item)) throw new BadRow(`"${name}" is ${item}, not a finite number`);
  if (Number.isInteger(item) && !Number.isSafeInteger(item))
    throw new BadRow(`"${name}" is a number too large to be read exactly: put it in quotes`);
  return String(item);
}

/** Whether text begins like a list of texts or objects, or like an object, as JSON, Python or NumPy write them. */
export const isNested = (text: string): boolean =>
  /^\s*(?:\[\s*(?:['"{]|array\()|\{\s*['"]|\(\s*['"])/.test(text);

/** Parses text that holds a list or an object as JSON or as Python prints it; other values are returned as they are. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !(/^\s*[[{]/.test(value) || isNested(value))) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return parsePython(value) ?? value;
  }
}

/** Parses a list or a dictionary as Python or NumPy prints it; null if it is something else. */
function parsePython(written: string): unknown {
  const text = written.replace(/^\s*\((.*?),?\s*\)\s*$/s, "[$1]"); // a tuple
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,'"]+/gs) ?? [];
  const isArray = /^\s*\[\s*array\(|^\s*array\(|\barray\(/.test(text);
  if (isArray) return parsePython(text.replace(/\barray\((\[.*?\])(?:,\s*dtype=[^)]*)?\)/gs, "$1"));
  let json = "";
  for (const [i, token] of tokens.entries()) {
    const previous = tokens[i - 1] ?? "[";
    const needsComma = !"[{:,".includes(previous) && !"]}:,".includes(token); // NumPy leaves commas out
    json += (needsComma ? "," : "") + jsonToken(token);
  }
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

function jsonToken(token: string): string {
  if (/^['"]/.test(token)) {
    const inner = token
      .slice(1, -1)
      .replace(/\\(['"\\n t])/g, (_, char: string) => (char === "n" ? "\n" : char));
    return JSON.stringify(inner);
  }
  const constants: ReadonlyMap<string, string> = new Map([["None", "null"], ["True", "true"], ["False", "false"], ["nan", "null"]]); // prettier-ignore
  return constants.get(token) ?? token.replace(/^(-?\d+)\.$/, "$1");
}
