/** Equality of two parsed answers. */
import { at } from "../../math/at.ts";
import { close, raise, real, times, type Approximate } from "./value/complex.ts";
import type { Shape } from "./value/shape.ts";
import { NEAR_ZERO } from "./value/approximate.ts";
import type { Rational } from "./value/rational.ts";
import { POINTS, type Value } from "./value/value.ts";

/** Three-valued "and": false dominates null, which dominates true. */
function every(verdicts: Iterable<boolean | null>): boolean | null {
  let all: boolean | null = true;
  for (const verdict of verdicts) {
    if (verdict === false) return false;
    if (verdict === null) all = null;
  }
  return all;
}

/** Three-valued "or": true dominates null, which dominates false. */
function some(verdicts: Iterable<boolean | null>): boolean | null {
  let any: boolean | null = false;
  for (const verdict of verdicts) {
    if (verdict === true) return true;
    if (verdict === null) any = null;
  }
  return any;
}

/** Set equality: each member of either set has an equal in the other. */
function sameMembers(a: readonly Shape[], b: readonly Shape[]): boolean | null {
  function* within(members: readonly Shape[], others: readonly Shape[]): Generator<boolean | null> {
    for (const member of members) yield some(map(others, (other) => compare(member, other)));
  }
  return every([every(within(a, b)), every(within(b, a))]);
}

function* map<T, R>(items: readonly T[], of: (item: T) => R): Generator<R> {
  for (const item of items) yield of(item);
}

/** Returns true if one difference is a constant multiple of the other: 2x = 6 and x - 3 = 0 are the same equation. */
function proportional(a: Shape, b: Shape): boolean | null {
  if (a.kind !== "value" || b.kind !== "value") return compare(a, b);
  return atAll(Math.max(a.points, b.points, 2) - 1, (point) =>
    close(upToFactor(a, point + 1), upToFactor(b, point + 1)),
  );
}

/** Returns the value at a point divided by the value at point 0. */
export function upToFactor(value: Value, point: number): Approximate {
  return times(value.at(point), raise(value.at(0), real(-1)));
}

function sameValue(a: Value, b: Value): boolean | null {
  if (a.exact !== null && b.exact !== null) {
    const isSame = a.exact.top === b.exact.top && a.exact.bottom === b.exact.bottom;
    return isSame || isShownAs(a.exact, b.exact) || isShownAs(b.exact, a.exact);
  }
  const points = Math.max(a.points, b.points);
  const verdict = atAll(points, (point) => close(a.at(point), b.at(point)));
  if (verdict !== null || points !== POINTS) return verdict;
  return atAll(points, (point) => close(a.at(NEAR_ZERO + point), b.at(NEAR_ZERO + point))); // less cancels there
}

/** Significant digits of a double as programs print it, at least. */
const FULL_PRECISION = 10n ** 14n;

/** Returns true if a decimal is a repeating fraction rounded or cut off at a double's full precision. */
function isShownAs(decimal: Rational, fraction: Rational): boolean {
  const places = decimalPlaces(decimal.bottom);
  if (places === null || decimalPlaces(fraction.bottom) !== null) return false;
  const scale = 10n ** BigInt(places);
  const size = (value: bigint): bigint => (value < 0n ? -value : value);
  const digits = (decimal.top * scale) / decimal.bottom;
  if (size(digits) < FULL_PRECISION || digits > 0n !== fraction.top > 0n) return false;
  const rest = size(fraction.top * scale) - size(digits) * fraction.bottom; // in last places times the denominator
  return 2n * size(rest) <= fraction.bottom || (rest > 0n && rest < fraction.bottom);
}

/** Returns the decimal places of a fraction with this denominator; null if it repeats or has more than 40. */
function decimalPlaces(bottom: bigint): number | null {
  for (let places = 0, power = 1n; places <= 40; places++, power *= 10n)
    if (power % bottom === 0n) return places;
  return null;
}

/** `every` over the points 0 to `points` - 1, evaluated lazily. */
function atAll(points: number, holds: (point: number) => boolean | null): boolean | null {
  return every(map([...Array(points).keys()], holds));
}

/** Returns true if two answers are equal; null if undecided. Symmetric. */
export function compare(a: Shape, b: Shape): boolean | null {
  if (a.kind === "undecided" || b.kind === "undecided") return null;
  if (a.kind === "equation" && b.kind === "equation") {
    if (a.solved !== null && b.solved !== null) return compare(a.solved, b.solved);
    return proportional(a.difference, b.difference);
  }
  if (a.kind === "equation") return a.solved === null ? false : compare(a.solved, b);
  if (b.kind === "equation") return compare(b, a);
  if (a.kind === "value" && b.kind === "value") {
    return sameValue(a, b);
  }
  if (a.kind === "text" && b.kind === "text") return a.text === b.text;
  if (a.kind === "tuple" && b.kind === "tuple") {
    if (a.brackets !== b.brackets || a.items.length !== b.items.length) return false;
    return every(map([...a.items.entries()], ([i, item]) => compare(item, at(b.items, i))));
  }
  const isSet = a.kind === "set" || a.kind === "union";
  return isSet && a.kind === b.kind ? sameMembers(a.items, b.items) : false;
}
