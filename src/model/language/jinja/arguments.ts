/** Arguments of filters, methods and functions by the names of their parameters. */
import { fail, numberOf, text, typeName, type Arguments, type Value } from "./values.ts";

/** Returns the values of parameters, undefined where none is given. Throws if there are more, or others. */
export function bind(
  name: string,
  { list, named }: Arguments,
  parameters: readonly string[],
): (Value | undefined)[] {
  if (list.length > parameters.length) fail(`${name} takes at most ${parameters.length} arguments`);
  for (const key of named.keys()) {
    const at = parameters.indexOf(key);
    if (at < 0 || at < list.length) fail(`${name} takes no further argument ${key}`);
  }
  return parameters.map((parameter, i) => (i < list.length ? list[i] : named.get(parameter)));
}

export function stringOf(name: string, ...[value]: readonly (Value | undefined)[]): string {
  if (typeof value === "string") return value;
  return fail(`${name} needs a str, not ${value === undefined ? "nothing" : typeName(value)}`);
}

export function integerOf(name: string, value: Value | undefined, usual: number): number {
  if (value === undefined || value === null) return usual;
  const number = numberOf(value);
  return number !== null && Number.isInteger(number)
    ? number
    : fail(`${name} needs an int, not ${text(value)}`);
}
