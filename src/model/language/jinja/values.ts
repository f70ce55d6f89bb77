/** Values of Jinja templates with Python's meaning: numbers, truth, equality, order and text. */

/** A float; integers are JavaScript numbers. */
export class Float {
  constructor(readonly value: number) {}
}

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** A name or attribute that is not defined; prints as nothing. */
export class Undefined {
  constructor(readonly name: string) {}
}

export class Namespace {
  constructor(readonly fields: Map<string, Value>) {}
}

/** Arguments of a call: by position and by name. */
export interface Arguments {
  readonly list: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (given: Arguments) => Value,
  ) {}
}

export type Dict = Map<Value, Value>;
export type Value =
  | null
  | boolean
  | number
  | string
  | Float
  | Tuple
  | Undefined
  | Namespace
  | Callable
  | readonly Value[]
  | Dict;

/** A template asks for what Jinja2 refuses, or for what is not computed here. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

export function fail(message: string): never {
  throw new TemplateError(message);
}

/** Converts parsed JSON. */
export function fromJson(value: unknown): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object")
    return new Map(Object.entries(value).map(([key, one]): [Value, Value] => [key, fromJson(one)]));
  return fail(`a template argument is ${typeof value}`);
}

export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Returns the number of a number or boolean; null of anything else. */
export function numberOf(value: Value): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return value instanceof Float ? value.value : null;
}

/** Returns the items that Python iterates over; null if it cannot. */
export function itemsOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (isDict(value)) return [...value.keys()];
  if (typeof value === "string") return Array.from(value);
  return value instanceof Undefined ? [] : null;
}

export function iterate(value: Value): readonly Value[] {
  return itemsOf(value) ?? fail(`'${typeName(value)}' object is not iterable`);
}

export function isTrue(value: Value): boolean {
  const number = numberOf(value);
  if (number !== null) return number !== 0;
  if (value === null) return false;
  const items = itemsOf(value);
  return items === null || items.length > 0;
}

export function isEqual(a: Value, b: Value): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null || y !== null) return x === y;
  if (a instanceof Undefined || b instanceof Undefined)
    return a instanceof Undefined && b instanceof Undefined;
  if (isDict(a) && isDict(b))
    return (
      a.size === b.size && [...a].every(([key, value]) => b.has(key) && isEqual(value, b.get(key) ?? null))
    );
  if (isDict(a) || isDict(b)) return false;
  if ((isList(a) && isList(b)) || (a instanceof Tuple && b instanceof Tuple)) {
    const [left, right] = [iterate(a), iterate(b)];
    return left.length === right.length && left.every((one, i) => isEqual(one, right[i] ?? null));
  }
  return a === b;
}

/** Returns a negative number, 0 or a positive number as a is before, at or after b. */
export function compare(a: Value, b: Value): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  if (typeof a === "string" && typeof b === "string") {
    const [left, right] = [Array.from(a), Array.from(b)];
    const at = left.findIndex((one, i) => one !== right[i]);
    if (at < 0) return left.length - right.length;
    return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
  }
  if ((isList(a) && isList(b)) || (a instanceof Tuple && b instanceof Tuple)) {
    const [left, right] = [iterate(a), iterate(b)];
    const at = left.findIndex((one, i) => !isEqual(one, right[i] ?? null));
    if (at < 0 || at >= right.length) return left.length - right.length;
    return compare(left[at] ?? null, right[at] ?? null);
  }
  return fail(`'<' not supported between '${typeName(a)}' and '${typeName(b)}'`);
}

export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (typeof value === "string") return "str";
  if (value instanceof Float) return "float";
  if (value instanceof Tuple) return "tuple";
  if (isDict(value)) return "dict";
  return isList(value) ? "list" : value.constructor.name;
}

/** Python's str(). */
export function text(value: Value): string {
  if (typeof value === "string") return value;
  return value instanceof Undefined ? "" : repr(value);
}

/** Python's repr(). */
export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Tuple) {
    const items = value.items.map(repr);
    return items.length === 1 ? `(${items.join("")},)` : `(${items.join(", ")})`;
  }
  if (isDict(value)) return `{${[...value].map(([key, one]) => `${repr(key)}: ${repr(one)}`).join(", ")}}`;
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  return fail(`a template prints a ${typeName(value)}`);
}

/** Python's repr() of a float. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits = "", exponent = "0"] = value.toExponential().split("e");
    const power = Number(exponent);
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function quoted(string: string): string {
  const quote = string.includes("'") && !string.includes('"') ? '"' : "'";
  const body = Array.from(string, (character) => {
    if (character === quote) return `\\${quote}`;
    const escaped = ESCAPES[character];
    if (escaped !== undefined) return escaped;
    if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    const letter = code < 0x100 ? "x" : code < 0x10000 ? "u" : "U";
    return `\\${letter}${code.toString(16).padStart({ x: 2, u: 4, U: 8 }[letter], "0")}`;
  });
  return `${quote}${body.join("")}${quote}`;
}
