/** Jinja2's filters, as far as they are computed here. */
import { bind, integerOf, stringOf } from "./arguments.ts";
import { toJson } from "./json.ts";
import { capitalize, methodOf, replaceText, splitLines, strip } from "./strings.ts";
import { test } from "./tests.ts";
import {
  compare,
  fail,
  Float,
  isDict,
  isEqual,
  isTrue,
  itemsOf,
  iterate,
  Namespace,
  numberOf,
  text,
  Tuple,
  typeName,
  Undefined,
  type Arguments,
  type Value,
} from "./values.ts";

type Filter = (value: Value, given: Arguments) => Value;

const length: Filter = (value) =>
  itemsOf(value)?.length ?? fail(`object of type '${typeName(value)}' has no len()`);

/** Returns an attribute as filters find it: a path of keys and indices. */
function attributeOf(value: Value, path: Value): Value {
  return text(path)
    .split(".")
    .reduce<Value>((now, part) => {
      const index = /^\d+$/.test(part) ? Number(part) : null;
      const undefinedPart = new Undefined(part);
      if (isDict(now)) return now.get(part) ?? (now.has(part) ? null : undefinedPart);
      if (now instanceof Namespace) return now.fields.get(part) ?? undefinedPart;
      return (index === null ? undefined : itemsOf(now)?.[index]) ?? undefinedPart;
    }, value);
}

/** Case is ignored unless `sensitive`. */
function keyBy(sensitive: Value | undefined, attribute: Value | undefined): (value: Value) => Value {
  return (value) => {
    const key = attribute === undefined || attribute === null ? value : attributeOf(value, attribute);
    return typeof key === "string" && !isTrue(sensitive ?? false) ? key.toLowerCase() : key;
  };
}

const extreme =
  (name: string, sign: number): Filter =>
  (value, given) => {
    const [sensitive, attribute] = bind(name, given, ["case_sensitive", "attribute"]);
    const key = keyBy(sensitive, attribute);
    const [first = new Undefined(name), ...rest] = iterate(value);
    return rest.reduce((best, one) => (sign * compare(key(one), key(best)) > 0 ? one : best), first);
  };

/** select, reject and those by attribute. */
const chosen =
  (keeps: boolean, byAttribute: boolean): Filter =>
  (value, { list }) => {
    const [attribute = null, ...rest] = byAttribute ? list : [null, ...list];
    const [name, ...others] = rest;
    return iterate(value).filter((one) => {
      const subject = byAttribute ? attributeOf(one, attribute) : one;
      const holds = name === undefined ? isTrue(subject) : test(text(name), subject, others);
      return holds === keeps;
    });
  };

const asDefault: Filter = (value, given) => {
  const [usual = "", falsy = false] = bind("default", given, ["default_value", "boolean"]);
  return value instanceof Undefined || (isTrue(falsy) && !isTrue(value)) ? usual : value;
};

function toInteger(value: Value, given: Arguments): Value {
  const [usual = 0] = bind("int", given, ["default"]);
  const number = typeof value === "string" ? numeral(value) : numberOf(value);
  return number === null || !Number.isFinite(number) ? usual : Math.trunc(number);
}

function toFloat(value: Value, given: Arguments): Value {
  const [usual = new Float(0)] = bind("float", given, ["default"]);
  const number = typeof value === "string" ? numeral(value) : numberOf(value);
  return number === null ? usual : new Float(number);
}

function numeral(string: string): number | null {
  const trimmed = strip(string, "both");
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : null;
}

function indent(value: Value, given: Arguments): Value {
  const [width = 4, first = false, blank = false] = bind("indent", given, ["width", "first", "blank"]);
  const padding = typeof width === "string" ? width : " ".repeat(integerOf("indent", width, 4));
  const [head = "", ...rest] = splitLines(`${text(value)}\n`);
  const lines = rest.map((line) => (line !== "" || isTrue(blank) ? padding + line : line));
  return (isTrue(first) ? padding : "") + [head, ...lines].join("\n");
}

function mapped(value: Value, { list, named }: Arguments): Value {
  const attribute = named.get("attribute");
  if (attribute !== undefined)
    return iterate(value).map((one) => {
      const found = attributeOf(one, attribute);
      return found instanceof Undefined ? (named.get("default") ?? found) : found;
    });
  const [name, ...rest] = list;
  return iterate(value).map((one) => filter(stringOf("map", name), one, { list: rest, named }));
}

function sorted(value: Value, given: Arguments): Value {
  const [reverse, sensitive, attribute] = bind("sort", given, ["reverse", "case_sensitive", "attribute"]);
  const key = keyBy(sensitive, attribute);
  const sign = isTrue(reverse ?? false) ? -1 : 1;
  return [...iterate(value)].sort((a, b) => sign * compare(key(a), key(b)));
}

function dictSorted(value: Value, given: Arguments): Value {
  const [sensitive, by = "key", reverse] = bind("dictsort", given, ["case_sensitive", "by", "reverse"]);
  if (!isDict(value)) return fail("dictsort needs a dict");
  const key = keyBy(sensitive, by === "value" ? "1" : "0");
  const sign = isTrue(reverse ?? false) ? -1 : 1;
  const pairs = [...value].map((pair) => new Tuple(pair));
  return pairs.sort((a, b) => sign * compare(key(a), key(b)));
}

function unique(value: Value, given: Arguments): Value {
  const [sensitive, attribute] = bind("unique", given, ["case_sensitive", "attribute"]);
  const key = keyBy(sensitive, attribute);
  const items = iterate(value);
  return items.filter((one, i) => items.findIndex((other) => isEqual(key(other), key(one))) === i);
}

function joined(value: Value, given: Arguments): Value {
  const [by = "", attribute] = bind("join", given, ["d", "attribute"]);
  return iterate(value)
    .map((one) => text(attribute === undefined ? one : attributeOf(one, attribute)))
    .join(text(by));
}

function summed(value: Value, given: Arguments): Value {
  const [attribute = null, start = 0] = bind("sum", given, ["attribute", "start"]);
  const items = iterate(value).map((one) => (attribute === null ? one : attributeOf(one, attribute)));
  const numbers = [start, ...items].map((one) => numberOf(one) ?? fail("sum needs numbers"));
  const total = numbers.reduce((a, b) => a + b, 0);
  return [start, ...items].some((one) => one instanceof Float) ? new Float(total) : total;
}

/** Upper case at the beginning of each word, as the filter has it. */
function titled(string: string): string {
  return string
    .split(/([-\s({[<]+)/)
    .map((part) => capitalize(part))
    .join("");
}

function absolute(value: Value): Value {
  const number = numberOf(value) ?? fail("abs needs a number");
  return value instanceof Float ? new Float(Math.abs(number)) : Math.abs(number);
}

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: absolute,
  capitalize: (value) => capitalize(text(value)),
  count: length,
  d: asDefault,
  default: asDefault,
  dictsort: dictSorted,
  first: (value) => iterate(value)[0] ?? (iterate(value).length > 0 ? null : new Undefined("first")),
  float: toFloat,
  indent,
  int: toInteger,
  items: (value) =>
    value instanceof Undefined
      ? []
      : isDict(value)
        ? [...value].map((pair) => new Tuple(pair))
        : fail("items needs a dict"),
  join: joined,
  last: (value) => iterate(value).at(-1) ?? (iterate(value).length > 0 ? null : new Undefined("last")),
  length,
  list: (value) => [...iterate(value)],
  lower: (value) => text(value).toLowerCase(),
  map: mapped,
  max: extreme("max", 1),
  min: extreme("min", -1),
  reject: chosen(false, false),
  rejectattr: chosen(false, true),
  replace: (value, given) => {
    const [before, after, count] = bind("replace", given, ["old", "new", "count"]);
    return replaceText(text(value), text(before ?? ""), text(after ?? ""), integerOf("replace", count, -1));
  },
  reverse: (value) =>
    typeof value === "string" ? Array.from(value).reverse().join("") : [...iterate(value)].reverse(),
  safe: (value) => value,
  select: chosen(true, false),
  selectattr: chosen(true, true),
  sort: sorted,
  string: (value) => text(value),
  sum: summed,
  title: (value) => titled(text(value)),
  tojson: toJson,
  trim: (value, given) => strip(text(value), "both", ...bind("trim", given, ["chars"])),
  unique,
  upper: (value) => text(value).toUpperCase(),
};

/** Names of all filters. */
export const FILTER_NAMES: ReadonlySet<string> = new Set(Object.keys(FILTERS));

export function filter(name: string, value: Value, given: Arguments): Value {
  const found = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  return found === undefined ? fail(`there is no filter '${name}'`) : found(value, given);
}

/** Returns an attribute as an expression finds it: `x.name` takes methods before keys, `x[name]` keys only before methods. */
export function lookUp(value: Value, name: Value, isDot: boolean, call: (name: string) => Value): Value {
  if (value instanceof Undefined) return fail(`'${value.name}' is undefined`);
  const hasMethod = typeof name === "string" && methodOf(value, name) !== null;
  if (isDot && hasMethod) return call(name);
  if (isDict(value) && value.has(name)) return value.get(name) ?? null;
  if (value instanceof Namespace) return value.fields.get(text(name)) ?? new Undefined(text(name));
  if (hasMethod) return call(name);
  const index = numberOf(name);
  const items = isDict(value) ? null : itemsOf(value);
  if (index === null || items === null) return new Undefined(text(name));
  const at = index < 0 ? index + items.length : index;
  return items[at] ?? (at in items ? null : new Undefined(text(name)));
}
