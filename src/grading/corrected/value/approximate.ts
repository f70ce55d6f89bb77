/** Evaluates formulas at a few fixed complex points; formulas that agree at all of them count as equal. */
import {
  close,
  exp,
  image,
  log,
  UNDEFINED,
  plus,
  raise,
  real,
  size,
  times,
  type Approximate,
} from "./complex.ts";
import { at } from "../../../math/at.ts";
import { toNumber } from "./rational.ts";
import type { Formula, FunctionName } from "./tree.ts";

const I: Approximate = { re: 0, im: 1, error: 0 };
const CONSTANTS = new Map<string, Approximate>([
  ["π", real(Math.PI)],
  ["e", real(Math.E)],
  ["i", I],
]);

/** Hashes a name to [0, 1) (FNV-1a with MurmurHash's finaliser), so that it gets the same values in every answer. */
function spread(name: string, salt: number): number {
  let state = 0x811c9dc5 ^ salt;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

/** First of the points near 0, where exponentials are small. */
export const NEAR_ZERO = 100;

/**
 * Value of a variable at a point. Its modulus is 0.5 to 2, and successive points are in different quadrants, so that
 * sqrt(x^2) differs from x. After the first three points every other one is farther out, so that sqrt((x + 2)^2) differs
 * from x + 2.
 */
function variable(name: string, point: number): Approximate {
  const scale = point >= NEAR_ZERO ? 1 / 16 : point > 2 && point % 2 === 1 ? 5 : 1;
  const radius = (0.5 + 1.5 * spread(name, 2 * point)) * scale;
  const angle = (Math.PI / 2) * (point + 1.1 + 0.8 * spread(name, 2 * point + 1));
  return { re: radius * Math.cos(angle), im: radius * Math.sin(angle), error: 0 };
}

/** Returns the value of a formula at a point, its ± with the given sign. Plain loops for speed. */
export function valueAt(formula: Formula, sign: 1 | -1, point: number): Approximate {
  switch (formula.kind) {
    case "number":
      return real(toNumber(formula.value));
    case "name":
      return CONSTANTS.get(formula.name) ?? variable(formula.name, point);
    case "sum": {
      let total = real(0);
      for (const term of formula.terms) total = plus(total, valueAt(term, sign, point));
      return total;
    }
    case "product": {
      let total = real(1);
      for (const factor of formula.factors) total = times(total, valueAt(factor, sign, point));
      return total;
    }
    case "power":
      return raise(valueAt(formula.base, sign, point), valueAt(formula.exponent, sign, point));
    case "root":
      return root(valueAt(formula.radicand, sign, point), valueAt(formula.index, sign, point));
    case "either":
      return times(real(sign), valueAt(formula.term, sign, point));
    case "call":
      return apply(formula.name, valueAt(formula.argument, sign, point));
  }
}

/** Root on the principal branch, or the real root of a negative number if the index is odd. */
function root(radicand: Approximate, index: Approximate): Approximate {
  const exponent = raise(index, real(-1));
  const isOdd = index.im === 0 && Math.abs(index.re % 2) === 1;
  if (!isOdd || radicand.im !== 0 || radicand.re >= 0) return raise(radicand, exponent);
  return times(real(-1), raise(times(real(-1), radicand), exponent));
}

const ofExp = (a: Approximate): Approximate => image(exp, a);
const ofLog = (a: Approximate): Approximate => (close(a, real(0)) === false ? image(log, a) : UNDEFINED);
const negate = (a: Approximate): Approximate => times(real(-1), a);
const minus = (a: Approximate, b: Approximate): Approximate => plus(a, negate(b));
const over = (a: Approximate, b: Approximate): Approximate => times(a, raise(b, real(-1)));
const half = (a: Approximate): Approximate => times(real(0.5), a);
const squareRoot = (a: Approximate): Approximate => raise(a, real(0.5));

/** Complex sine and cosine by their addition theorems. */
const sine = (a: Approximate): Approximate =>
  image((re, im) => [Math.sin(re) * Math.cosh(im), im === 0 ? 0 : Math.cos(re) * Math.sinh(im)], a);
const cosine = (a: Approximate): Approximate =>
  image((re, im) => [Math.cos(re) * Math.cosh(im), im === 0 ? 0 : -Math.sin(re) * Math.sinh(im)], a);
/** arcsin z = -i log(iz + sqrt(1 - z^2)); Math.asin on [-1, 1]. */
function arcsine(a: Approximate): Approximate {
  if (a.im === 0 && Math.abs(a.re) <= 1) return image((re) => [Math.asin(Math.min(1, re)), 0], a);
  return negate(times(I, ofLog(plus(times(I, a), squareRoot(minus(real(1), times(a, a)))))));
}
function arctangent(a: Approximate): Approximate {
  if (a.im === 0) return image((re) => [Math.atan(re), 0], a);
  const turned = times(I, a);
  const difference = minus(ofLog(minus(real(1), turned)), ofLog(plus(real(1), turned)));
  return half(times(I, difference));
}

const HYPERBOLIC = {
  sinh: (a: Approximate) => half(minus(ofExp(a), ofExp(negate(a)))),
  cosh: (a: Approximate) => half(plus(ofExp(a), ofExp(negate(a)))),
};

const APPLY: Record<FunctionName, (a: Approximate) => Approximate> = {
  ...HYPERBOLIC,
  tanh: (a) => over(HYPERBOLIC.sinh(a), HYPERBOLIC.cosh(a)),
  coth: (a) => over(HYPERBOLIC.cosh(a), HYPERBOLIC.sinh(a)),
  sin: sine,
  cos: cosine,
  tan: (a) => over(sine(a), cosine(a)),
  cot: (a) => over(cosine(a), sine(a)),
  sec: (a) => over(real(1), cosine(a)),
  csc: (a) => over(real(1), sine(a)),
  arcsin: arcsine,
  arccos: (a) => minus(real(Math.PI / 2), arcsine(a)),
  arctan: arctangent,
  arccot: (a) => minus(real(Math.PI / 2), arctangent(a)),
  ln: ofLog,
  log: ofLog,
  lg: (a) => over(ofLog(a), real(Math.LN10)),
  exp: ofExp,
  abs: (a) => ({ re: size(a), im: 0, error: 2 * a.error + size(a) * 2 ** -51 }),
  floor: (a) => roundedDown(a),
  ceil: (a) => negate(roundedDown(negate(a))),
  factorial: (a) => generalFactorial(a),
};

function apply(name: FunctionName, argument: Approximate): Approximate {
  return APPLY[name](argument);
}

/** ⌊a⌋; undefined if the error interval contains an integer. */
function roundedDown(a: Approximate): Approximate {
  const floor = Math.floor(a.re - a.error);
  return Math.floor(a.re + a.error) === floor ? real(floor) : UNDEFINED;
}

/** Lanczos coefficients of the gamma function (g = 7, nine terms), accurate to 1e-13 in the right half plane. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const LANCZOS_ERROR = 1e-12;

/** z! = Γ(z + 1), by reflection left of -1/2: Γ(1 - w) Γ(w) = π / sin πw with w = -z. */
function generalFactorial(a: Approximate): Approximate {
  if (a.re < -0.5) {
    const mirrored = generalFactorial(plus(negate(a), real(-1)));
    return over(real(Math.PI), times(sine(times(real(-Math.PI), a)), mirrored));
  }
  const series = LANCZOS.slice(1)
    .map((term, n) => over(real(term), plus(a, real(n + 1))))
    .reduce(plus, real(at(LANCZOS, 0)));
  const base = plus(a, real(7.5));
  const grown = times(raise(base, plus(a, real(0.5))), ofExp(negate(base)));
  const product = times(times(real(Math.sqrt(2 * Math.PI)), grown), series);
  return { ...product, error: product.error + LANCZOS_ERROR * size(product) };
}
