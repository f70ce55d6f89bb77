/** Operators of templates with Python's meaning. */
import { isIn } from "./tests.ts";
import {
  compare,
  fail,
  Float,
  isEqual,
  isList,
  numberOf,
  text,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.ts";

const COMPARED: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  "==": isEqual,
  "!=": (a, b) => !isEqual(a, b),
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
  in: isIn,
  "not in": (a, b) => !isIn(a, b),
};

export function operate(operator: string, a: Value, b: Value): Value {
  const compared = Object.hasOwn(COMPARED, operator) ? COMPARED[operator] : undefined;
  if (compared !== undefined) return compared(a, b);
  if (operator === "~") return text(a) + text(b);
  for (const one of [a, b]) if (one instanceof Undefined) fail(`'${one.name}' is undefined`);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return arithmetic(operator, [x, y], a instanceof Float || b instanceof Float);
  if (operator === "+") {
    if (typeof a === "string" && typeof b === "string") return a + b;
    if (isList(a) && isList(b)) return [...a, ...b];
    if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  }
  if (operator === "*" && typeof a === "string" && typeof b === "number") return a.repeat(Math.max(0, b));
  return fail(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

function arithmetic(operator: string, [x, y]: readonly [number, number], isFloat: boolean): Value {
  const number = (value: number): Value => (isFloat ? new Float(value) : value);
  if (["/", "//", "%"].includes(operator) && y === 0) return fail("division by zero");
  switch (operator) {
    case "+":
      return number(x + y);
    case "-":
      return number(x - y);
    case "*":
      return number(x * y);
    case "/":
      return new Float(x / y);
    case "//":
      return number(Math.floor(x / y));
    case "%":
      return number(x - y * Math.floor(x / y)); // the sign of the divisor
    case "**":
      return isFloat || y < 0 ? new Float(x ** y) : x ** y;
    default:
      return fail(`the operator ${operator} is not supported`);
  }
}

/** Python's x[start:stop:step]. */
export function slice(value: Value, bounds: readonly (Value | undefined)[]): Value {
  const items = typeof value === "string" ? Array.from(value) : value instanceof Tuple ? value.items : value;
  if (!isList(items)) return fail(`a slice of ${typeName(value)}`);
  const [start, stop, step] = bounds.map((bound) =>
    bound === undefined || bound === null ? null : numberOf(bound),
  );
  const by = step ?? 1;
  if (by === 0) fail("slice step cannot be zero");
  const size = items.length;
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
  const within = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = start === null || start === undefined ? (by > 0 ? low : high) : within(start);
  const last = stop === null || stop === undefined ? (by > 0 ? high : low) : within(stop);
  const picked: Value[] = [];
  for (let at = first; by > 0 ? at < last : at > last; at += by) picked.push(items[at] ?? null);
  if (typeof value === "string") return picked.map(text).join("");
  return value instanceof Tuple ? new Tuple(picked) : picked;
}
