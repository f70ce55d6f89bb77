/** Python's methods of str, dict and list, as far as templates may call them. */
import { bind, integerOf, stringOf } from "./arguments.ts";
import {
  fail,
  isDict,
  isEqual,
  isList,
  iterate,
  text,
  Tuple,
  type Arguments,
  type Dict,
  type Value,
} from "./values.ts";

/** Characters with codes from one to another. */
function characters(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join("");
}

/** Characters that end lines, and all white space, as Python has them. */
const LINE_END = `\n\r\v\f${characters(0x1c, 0x1e)}\u0085\u2028\u2029`;
const WHITE = `\t ${LINE_END}\u001f\u00a0\u1680${characters(0x2000, 0x200a)}\u202f\u205f\u3000`;
const SPACE = new RegExp(`[${WHITE}]`);
const LINE_ENDS = new RegExp(`\r\n|[${LINE_END}]`);

/** Removes characters at the ends: white space, or those of `characters`. */
export function strip(string: string, ends: "both" | "left" | "right", characters?: Value): string {
  const set = characters === undefined || characters === null ? null : new Set(stringOf("strip", characters));
  const isOut = (one: string | undefined): boolean =>
    one !== undefined && (set === null ? SPACE.test(one) : set.has(one));
  const units = Array.from(string);
  let [start, end] = [0, units.length];
  while (ends !== "right" && start < end && isOut(units[start])) start++;
  while (ends !== "left" && end > start && isOut(units[end - 1])) end--;
  return units.slice(start, end).join("");
}

export function splitLines(string: string): string[] {
  const lines = string.split(LINE_ENDS);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

export function capitalize(string: string): string {
  const [first = "", ...rest] = Array.from(string);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

export function replaceText(string: string, before: string, after: string, count: number): string {
  if (count < 0)
    return before === ""
      ? Array.from(string, (one) => after + one).join("") + after
      : string.replaceAll(before, () => after);
  if (before === "") return fail("replace of an empty text with a count");
  const parts = string.split(before);
  const head = parts.slice(0, count + 1).join(after);
  return [head, ...parts.slice(count + 1)].join(before);
}

type Method<T> = (self: T, given: Arguments) => Value;

const affix =
  (name: string, has: (self: string, part: string) => boolean): Method<string> =>
  (self, given) => {
    const [part = null] = bind(name, given, ["part"]);
    return part instanceof Tuple
      ? part.items.some((one) => has(self, stringOf(name, one)))
      : has(self, stringOf(name, part));
  };

const every =
  (pattern: RegExp): Method<string> =>
  (self) =>
    pattern.test(self);

/** Index by characters. */
function indexIn(self: string, at: number): number {
  return at < 0 ? -1 : Array.from(self.slice(0, at)).length;
}

const STRING: Readonly<Record<string, Method<string>>> = {
  strip: (self, given) => strip(self, "both", ...bind("strip", given, ["chars"])),
  lstrip: (self, given) => strip(self, "left", ...bind("lstrip", given, ["chars"])),
  rstrip: (self, given) => strip(self, "right", ...bind("rstrip", given, ["chars"])),
  upper: (self) => self.toUpperCase(),
  lower: (self) => self.toLowerCase(),
  capitalize: (self) => capitalize(self),
  title: (self) => self.replace(/\p{L}+/gu, capitalize),
  startswith: affix("startswith", (self, part) => self.startsWith(part)),
  endswith: affix("endswith", (self, part) => self.endsWith(part)),
  removeprefix: (self, given) => {
    const part = stringOf("removeprefix", ...bind("removeprefix", given, ["prefix"]));
    return self.startsWith(part) ? self.slice(part.length) : self;
  },
  removesuffix: (self, given) => {
    const part = stringOf("removesuffix", ...bind("removesuffix", given, ["suffix"]));
    return part !== "" && self.endsWith(part) ? self.slice(0, -part.length) : self;
  },
  split: (self, given) => {
    const [by, most] = bind("split", given, ["sep", "maxsplit"]);
    return split(self, by ?? null, integerOf("split", most, -1));
  },
  rsplit: (self, given) => {
    const [by, most] = bind("rsplit", given, ["sep", "maxsplit"]);
    const limit = integerOf("rsplit", most, -1);
    if (limit < 0) return split(self, by ?? null, -1);
    const separator = stringOf("rsplit with maxsplit", by);
    const parts = self.split(separator);
    const head = parts.slice(0, Math.max(0, parts.length - limit));
    return [...(head.length > 0 ? [head.join(separator)] : []), ...parts.slice(head.length)];
  },
  splitlines: (self, given) => (bind("splitlines", given, []), splitLines(self)),
  replace: (self, given) => {
    const [before, after, count] = bind("replace", given, ["old", "new", "count"]);
    return replaceText(
      self,
      stringOf("replace", before),
      stringOf("replace", after),
      integerOf("replace", count, -1),
    );
  },
  join: (self, given) =>
    iterate(bind("join", given, ["items"])[0] ?? null)
      .map((one) => stringOf("join", one))
      .join(self),
  find: (self, given) => indexIn(self, self.indexOf(stringOf("find", ...bind("find", given, ["part"])))),
  rfind: (self, given) =>
    indexIn(self, self.lastIndexOf(stringOf("rfind", ...bind("rfind", given, ["part"])))),
  count: (self, given) => self.split(stringOf("count", ...bind("count", given, ["part"]))).length - 1,
  isdigit: every(/^[\p{Nd}²³¹]+$/u),
  isalpha: every(/^\p{L}+$/u),
  isspace: (self) => self !== "" && strip(self, "both") === "",
};

function split(self: string, by: Value, most: number): string[] {
  if (by !== null) {
    const separator = stringOf("split", by);
    if (separator === "") fail("split by an empty separator");
    const parts = self.split(separator);
    if (most < 0 || parts.length <= most + 1) return parts;
    return [...parts.slice(0, most), parts.slice(most).join(separator)];
  }
  const parts: string[] = [];
  let rest = strip(self, "left");
  while (rest !== "") {
    const end = most >= 0 && parts.length >= most ? -1 : rest.search(SPACE);
    parts.push(end < 0 ? rest : rest.slice(0, end));
    rest = end < 0 ? "" : strip(rest.slice(end), "left");
  }
  return parts;
}

const DICT: Readonly<Record<string, Method<Dict>>> = {
  items: (self) => [...self].map((pair) => new Tuple(pair)),
  keys: (self) => [...self.keys()],
  values: (self) => [...self.values()],
  get: (self, given) => {
    const [key = null, usual = null] = bind("get", given, ["key", "default"]);
    return self.get(key) ?? (self.has(key) ? null : usual);
  },
  copy: (self) => new Map(self),
};

const LIST: Readonly<Record<string, Method<readonly Value[]>>> = {
  count: (self, given) => {
    const [value = null] = bind("count", given, ["value"]);
    return self.filter((one) => isEqual(one, value)).length;
  },
  index: (self, given) => {
    const [value = null] = bind("index", given, ["value"]);
    const at = self.findIndex((one) => isEqual(one, value));
    return at < 0 ? fail(`${text(value)} is not in list`) : at;
  },
};

/** Names of all methods. */
export const METHODS: ReadonlySet<string> = new Set([STRING, DICT, LIST].flatMap((one) => Object.keys(one)));

/** Returns a method of a value; null if it has none of this name. */
export function methodOf(self: Value, name: string): ((given: Arguments) => Value) | null {
  if (typeof self === "string") return bound(STRING, self, name);
  if (isDict(self)) return bound(DICT, self, name);
  if (isList(self)) return bound(LIST, self, name);
  return self instanceof Tuple ? bound(LIST, self.items, name) : null;
}

function bound<T>(
  methods: Readonly<Record<string, Method<T>>>,
  self: T,
  name: string,
): ((given: Arguments) => Value) | null {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method === undefined ? null : (given) => method(self, given);
}
