/** Reads components of tokenizer.json: every key is asked for by name, and any other is refused. */
import { isJsonObject, type JsonObject } from "../../../formats/jsonObject.ts";
import { TokenizerError } from "./tokenizerError.ts";

/** A component with its place in tokenizer.json, such as "pre_tokenizer.pretokenizers[0]". */
export interface Component {
  readonly place: string;
  readonly type: string;
  readonly fields: JsonObject;
}

/** Values that a key may have: a JSON type, or those of a list. */
type Allowed = "string" | "boolean" | "number" | "list" | "object" | "any" | readonly unknown[];

/** Keys of a component besides `type`. */
export type Keys = Readonly<Record<string, Allowed>>;

/** Keys of the pre-tokenizer and the decoder `Metaspace`. */
export const METASPACE: Keys = {
  replacement: "string",
  str_rep: "string",
  add_prefix_space: "boolean",
  prepend_scheme: ["always", "first", "never"],
  split: "boolean",
};

/** Throws `TokenizerError`. */
export function refuse(place: string, what: string): never {
  throw new TokenizerError(
    `tokenizer.json: ${place} ${what}, which is not supported: use a model with another tokenizer, or the model's file from its publisher`,
  );
}

/** Returns a component; null where there is none. Throws `TokenizerError`. */
export function componentOf(value: unknown, place: string): Component | null {
  if (value === null || value === undefined) return null;
  if (!isJsonObject(value) || typeof value["type"] !== "string")
    refuse(place, `is ${brief(value)}, not a component with a type`);
  return { place, type: value["type"], fields: value };
}

/** Returns the components of a sequence. */
export function stepsOf({ fields, place }: Component, key: string): Component[] {
  const steps = fields[key];
  if (!Array.isArray(steps)) return refuse(`${place}.${key}`, `is ${brief(steps)}, not a list`);
  return steps.map((step: unknown, i) => {
    const inner = `${place}.${key}[${i}]`;
    return componentOf(step, inner) ?? refuse(inner, "is null");
  });
}

/** Throws `TokenizerError` if a component has a key that is not in `keys`, or a value that its key does not allow. */
export function checkKeys({ place, type, fields }: Component, keys: Keys): void {
  for (const [key, value] of Object.entries(fields)) {
    if (key === "type") continue;
    const allowed = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (allowed === undefined) refuse(`${place}.${key}`, `is a field of ${type} that is unknown here`);
    if (!isAllowed(value, allowed)) refuse(`${place}.${key}`, `of ${type} is ${brief(value)}`);
  }
}

function isAllowed(value: unknown, allowed: Allowed): boolean {
  if (allowed === "any") return true;
  if (typeof allowed !== "string") return allowed.includes(value);
  if (allowed === "list") return Array.isArray(value);
  return allowed === "object" ? isJsonObject(value) : typeof value === allowed;
}

/** A pattern: one text, or a regular expression of Oniguruma. */
export function patternOf({ place, fields }: Component): { readonly regex: string } {
  const pattern = fields["pattern"];
  const { String: text, Regex: regex } = isJsonObject(pattern) ? pattern : {};
  if (typeof text === "string" && text !== "") return { regex: text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") };
  if (typeof regex === "string") {
    // Outside classes and escapes. JavaScript has no quantifier or group that never gives back what it took.
    const [possessive] = /[?*+]\+|\(\?>/.exec(regex.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, "x")) ?? [];
    if (possessive !== undefined) refuse(`${place}.pattern`, `has ${possessive}, which takes possessively`);
    return { regex: matchesSomething(withLineEnds(regex), place) };
  }
  return refuse(`${place}.pattern`, `is ${brief(pattern)}`);
}

/** Replaces what Oniguruma and JavaScript read differently outside classes: a line ends only with a line feed. */
function withLineEnds(regex: string): string {
  const written: Readonly<Record<string, string>> = {
    ".": "[^\\n]",
    "^": "(?:(?<![\\s\\S])|(?<=\\n)(?=[\\s\\S]))",
    $: "(?![^\\n])",
  };
  return regex.replace(/\\.|\[(?:\\.|[^\]\\])*\]|[.^$]/gs, (part) => written[part] ?? part);
}

/** Refuses a regular expression that matches the empty text, at which JavaScript and Rust cut differently. */
function matchesSomething(regex: string, place: string): string {
  const plain = regex.replaceAll(/\(\?[a-z]+:/g, "(?:");
  if (PROBES.some((text) => matchesNothing(plain, text)))
    refuse(`${place}.pattern`, `is ${brief(regex)}, which matches the empty text`);
  return regex;
}

/** Texts in which an expression may match between characters. */
const PROBES = ["", "a", "Ab 1234", "a,b\n\nc"];

function matchesNothing(regex: string, text: string): boolean {
  try {
    return [...text.matchAll(new RegExp(regex, "gu"))].some(([match]) => match === "");
  } catch {
    return false; // Oniguruma's own syntax, which the library translates
  }
}

/** Returns a value as JSON, shortened. */
export function brief(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
