/** Jinja2's tests: what follows `is`, and what `select` and `selectattr` take. */
import {
  Callable,
  compare,
  fail,
  Float,
  isDict,
  isEqual,
  itemsOf,
  iterate,
  numberOf,
  Undefined,
  type Value,
} from "./values.ts";

type Test = (value: Value, other: Value) => boolean;

function integer(value: Value): number {
  const number = numberOf(value);
  return number ?? fail("odd and even need a number");
}

export function isIn(value: Value, container: Value): boolean {
  if (typeof container === "string")
    return typeof value === "string" ? container.includes(value) : fail("'in <string>' requires string");
  return iterate(container).some((one) => isEqual(one, value));
}

const one: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === "boolean",
  callable: (value) => value instanceof Callable,
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  string: (value) => typeof value === "string",
  number: (value) => numberOf(value) !== null,
  integer: (value) => typeof value === "number",
  float: (value) => value instanceof Float,
  mapping: isDict,
  sequence: (value) => itemsOf(value) !== null,
  iterable: (value) => itemsOf(value) !== null,
  true: (value) => value === true,
  false: (value) => value === false,
  odd: (value) => Math.abs(integer(value) % 2) === 1,
  even: (value) => integer(value) % 2 === 0,
  lower: (value) =>
    typeof value === "string" && value !== value.toUpperCase() && value === value.toLowerCase(),
  upper: (value) =>
    typeof value === "string" && value !== value.toLowerCase() && value === value.toUpperCase(),
};

/** Tests of two values, which need an argument. */
const two: Readonly<Record<string, Test>> = {
  in: isIn,
  eq: isEqual,
  equalto: isEqual,
  "==": isEqual,
  ne: (a, b) => !isEqual(a, b),
  "!=": (a, b) => !isEqual(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
};

/** Names of tests that stand after `is`. */
export const TESTS: ReadonlySet<string> = new Set(Object.keys(one));

export function test(name: string, value: Value, other: readonly Value[] = []): boolean {
  const tests = other.length === 0 ? one : two;
  const found = Object.hasOwn(tests, name) ? tests[name] : undefined;
  return found?.(value, other[0] ?? null) ?? fail(`there is no test '${name}' of ${other.length + 1} values`);
}
