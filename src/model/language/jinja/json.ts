/** The filter `tojson` as transformers defines it: Python's json.dumps. */
import { bind } from "./arguments.ts";
import {
  fail,
  Float,
  floatText,
  isDict,
  isList,
  isTrue,
  text,
  Tuple,
  typeName,
  type Arguments,
  type Value,
} from "./values.ts";

interface Options {
  readonly ascii: boolean;
  readonly indent: string | null;
  readonly separators: readonly [string, string];
  readonly sorted: boolean;
}

export function toJson(value: Value, given: Arguments): string {
  const [ascii = false, indent = null, separators = null, sorted = false] = bind("tojson", given, [
    "ensure_ascii",
    "indent",
    "separators",
    "sort_keys",
  ]);
  const pair = separators instanceof Tuple ? separators.items : isList(separators) ? separators : null;
  const [item = ", ", key = ": "] = pair?.map(text) ?? [indent === null ? ", " : ","];
  const padding = typeof indent === "number" ? " ".repeat(indent) : indent === null ? null : text(indent);
  return dump(
    value,
    { ascii: isTrue(ascii), indent: padding, separators: [item, key], sorted: isTrue(sorted) },
    "\n",
  );
}

function dump(value: Value, options: Options, line: string): string {
  const { indent, separators, sorted } = options;
  const inner = indent === null ? "" : line + indent;
  const wrap = (open: string, parts: readonly string[], close: string): string =>
    parts.length === 0
      ? open + close
      : `${open}${inner}${parts.join(separators[0] + inner)}${indent === null ? "" : line}${close}`;
  if (value === null || typeof value === "boolean" || typeof value === "number") return JSON.stringify(value);
  if (typeof value === "string") return quoted(value, options);
  if (value instanceof Float) return floatText(value.value).replace("inf", "Infinity").replace("nan", "NaN");
  const items = value instanceof Tuple ? value.items : value;
  if (isList(items)) {
    const parts = items.map((one) => dump(one, options, inner));
    return wrap("[", parts, "]");
  }
  if (!isDict(value)) return fail(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = [...value].map(([key, one]): [string, Value] => [keyText(key), one]);
  if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return wrap(
    "{",
    entries.map(([key, one]) => `${quoted(key, options)}${separators[1]}${dump(one, options, inner)}`),
    "}",
  );
}

function keyText(key: Value): string {
  if (typeof key === "string") return key;
  return key === null || typeof key === "boolean" ? JSON.stringify(key) : text(key);
}

function quoted(string: string, { ascii }: Options): string {
  const json = JSON.stringify(string);
  return ascii
    ? json.replace(/[\x7f-\uffff]/g, (unit) =>
        unit === "\x7f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      )
    : json;
}
