/** Names that a template sees, and what is under them from the start. */
import { bind, integerOf, stringOf } from "./arguments.ts";
import { formatDate } from "./formatDate.ts";
import {
  Callable,
  fail,
  isDict,
  isEqual,
  iterate,
  Namespace,
  text,
  Undefined,
  type Arguments,
  type Value,
} from "./values.ts";

/** Names of a block; a name that it lacks is looked up around it. */
export class Scope {
  readonly #names = new Map<string, Value>();

  constructor(readonly outer: Scope | null) {}

  get(name: string): Value {
    const own = this.#names.get(name);
    if (own !== undefined) return own;
    return this.outer?.get(name) ?? (this.outer?.has(name) ? null : new Undefined(name));
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.outer?.has(name) ?? false);
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
}

function dict(given: Arguments): Map<Value, Value> {
  const [source = null] = given.list;
  const pairs = isDict(source)
    ? [...source]
    : iterate(source ?? []).map((pair): [Value, Value] => {
        const [key = null, value = null] = iterate(pair);
        return [key, value];
      });
  return new Map<Value, Value>([...pairs, ...given.named]);
}

function range(given: Arguments): Value {
  const [a, b, by] = bind("range", given, ["start", "stop", "step"]);
  const first = integerOf("range", a, 0);
  const [start, stop] = b === undefined ? [0, first] : [first, integerOf("range", b, 0)];
  const step = integerOf("range", by, 1);
  if (step === 0) fail("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/** Returns the names that every template has; `date` is the day that `strftime_now` formats, as yyyy-mm-dd. */
export function globals(date: string): Scope {
  const scope = new Scope(null);
  for (const name of ["true", "True"]) scope.set(name, true);
  for (const name of ["false", "False"]) scope.set(name, false);
  for (const name of ["none", "None"]) scope.set(name, null);
  const functions: Record<string, (given: Arguments) => Value> = {
    dict,
    range,
    namespace: (given) => new Namespace(new Map([...dict(given)].map(([key, value]) => [text(key), value]))),
    raise_exception: (given) => fail(text(bind("raise_exception", given, ["message"])[0] ?? "")),
    strftime_now: (given) =>
      formatDate(date, stringOf("strftime_now", ...bind("strftime_now", given, ["format"]))),
  };
  for (const [name, call] of Object.entries(functions)) scope.set(name, new Callable(name, call));
  return scope;
}

/** Returns the variable `loop` at an item. `changed` keeps what it was last called with in `memory`. */
export function loopAt(items: readonly Value[], at: number, memory: { last?: readonly Value[] }): Value {
  const left = items.length - at;
  const neighbour = (i: number): Value =>
    items[i] ?? (i in items ? null : new Undefined("previtem or nextitem"));
  const cycle = ({ list }: Arguments): Value => list[at % list.length] ?? fail("no items for cycling given");
  const changed = ({ list }: Arguments): Value => {
    const before = memory.last;
    memory.last = list;
    return before === undefined || !isEqual(before, list);
  };
  const fields: [string, Value][] = [
    ["index", at + 1],
    ["index0", at],
    ["revindex", left],
    ["revindex0", left - 1],
    ["first", at === 0],
    ["last", left === 1],
    ["length", items.length],
    ["depth", 1],
    ["depth0", 0],
    ["previtem", neighbour(at - 1)],
    ["nextitem", neighbour(at + 1)],
    ["cycle", new Callable("cycle", cycle)],
    ["changed", new Callable("changed", changed)],
  ];
  return new Namespace(new Map(fields));
}
