/**
 * Simplifies formulas with floating-point numbers like the authors' library (SymPy) does automatically: like terms are
 * collected, numbers are combined with rounding, and a number times a sum is distributed. So 1.5*pi equals 3*pi/2, but
 * 0.1*3 does not equal 3/10.
 */
import {
  added,
  dividedBy,
  floatPower,
  integer,
  multiplied,
  numeral,
  raisedTo,
  rootOfFloat,
  type Numeral,
} from "./floatNumber.ts";
import { exactInteger } from "./exactInteger.ts";
import { NotAFormula, type Formula } from "./formula.ts";

/** Base -> non-zero exponent. */
type Powers = ReadonlyMap<string, number>;
/** A number times a product of powers. */
type Term = { readonly powers: Powers; readonly value: Numeral };
/** A sum: its non-zero terms by the text of their powers, "" for a constant. */
type Terms = ReadonlyMap<string, Term>;

const ONE = integer(1n);
const MINUS_ONE = integer(-1n);

/** Returns true if a formula simplifies to zero. Throws `NotAFormula` for a division by zero. */
export function vanishesInFloats(formula: Formula): boolean {
  return termsOf(formula).size === 0;
}

function termsOf(formula: Formula): Terms {
  switch (formula.kind) {
    case "number": {
      const value = numeral(formula.text);
      return value === null ? base(`number ${formula.text}`) : constant(value);
    }
    case "symbol":
      return base(formula.name);
    case "constant":
      return base(`constant ${formula.name}`);
    case "negative":
      return times(constant(MINUS_ONE), termsOf(formula.argument));
    case "sum":
      return plus(termsOf(formula.left), termsOf(formula.right));
    case "product":
      return times(termsOf(formula.left), termsOf(formula.right));
    case "quotient":
      return over(termsOf(formula.left), termsOf(formula.right));
    case "power":
      return power(termsOf(formula.left), formula.right);
    case "sqrt":
      return root(termsOf(formula.argument));
    case "factorial": {
      const value = exactInteger(formula);
      return value === null
        ? base(`factorial ${spelled(termsOf(formula.argument))}`)
        : constant(integer(value));
    }
    default:
      return base(`${formula.kind} ${spelled(termsOf(formula.argument))}`);
  }
}

function single(powers: Powers, value: Numeral): Terms {
  for (const [name, exponent] of powers) {
    const radicand = /^sqrt (\d+)$/.exec(name)?.[1];
    const pairs = Math.floor(exponent / 2); // sqrt(n)^2 is n: 1/sqrt(2) is sqrt(2)/2
    const factor = radicand === undefined || pairs === 0 ? null : raisedTo(integer(BigInt(radicand)), pairs);
    if (factor === null) continue;
    return single(new Map([...powers, [name, exponent - 2 * pairs]]), multiplied(value, factor));
  }
  const kept = new Map(
    [...powers].filter(([, exponent]) => exponent !== 0).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const key = [...kept].map(([name, exponent]) => `{${name}}^${exponent}`).join("");
  return new Map(value.top === 0n ? [] : [[key, { powers: kept, value }]]);
}

function constant(value: Numeral): Terms {
  return single(new Map(), value);
}

function base(name: string): Terms {
  return single(new Map([[name, 1]]), ONE);
}

/** Returns a text shared by equal sums. */
function spelled(terms: Terms): string {
  const list = [...terms].map(([key, { value }]) => `${value.top}/${value.bottom}:${value.bits}*${key}`);
  return `(${list.sort().join("+")})`;
}

function numberOf(terms: Terms): Numeral | null {
  if (terms.size === 0) return integer(0n);
  return terms.size === 1 ? (terms.get("")?.value ?? null) : null;
}

function plus(left: Terms, right: Terms): Terms {
  const sum = new Map(left);
  for (const [key, { powers, value }] of right) {
    const total = added(sum.get(key)?.value ?? integer(0n), value);
    if (total.top === 0n) sum.delete(key);
    else sum.set(key, { powers, value: total });
  }
  return sum;
}

function times(left: Terms, right: Terms): Terms {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== null) return scaled(right, a);
  if (b !== null) return scaled(left, b);
  const [first, second] = [asFactor(left), asFactor(right)];
  const powers = new Map(first.powers);
  for (const [name, exponent] of second.powers) powers.set(name, (powers.get(name) ?? 0) + exponent);
  return single(powers, multiplied(first.value, second.value));
}

function scaled(terms: Terms, factor: Numeral): Terms {
  if (factor.top === 0n) return new Map();
  return new Map(
    [...terms].map(([key, { powers, value }]) => [key, { powers, value: multiplied(value, factor) }]),
  );
}

/** Returns a sum as one factor: its only term, or a base of its own. */
function asFactor(terms: Terms): Term {
  const [only] = terms.values();
  if (terms.size === 1 && only !== undefined) return only;
  return { powers: new Map([[spelled(terms), 1]]), value: ONE };
}

function over(left: Terms, right: Terms): Terms {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (right.size === 0) throw new NotAFormula("a division by zero");
  const ratio = a !== null && b !== null ? dividedBy(a, b) : null;
  if (ratio !== null) return constant(ratio);
  return times(left, integerPower(right, -1));
}

function integerPower(terms: Terms, exponent: number): Terms {
  const { powers, value } = asFactor(terms);
  const coefficient = terms.size === 0 ? null : raisedTo(value, exponent);
  if (coefficient === null) return base(`power ${spelled(terms)} ${exponent}`);
  return single(new Map([...powers].map(([name, power]) => [name, power * exponent])), coefficient);
}

function power(left: Terms, exponent: Formula): Terms {
  const integerExponent = exactInteger(exponent);
  if (integerExponent !== null && Math.abs(Number(integerExponent)) <= 1000) {
    return integerExponent === 0n ? constant(ONE) : integerPower(left, Number(integerExponent));
  }
  const right = termsOf(exponent);
  const [number, rate] = [numberOf(left), numberOf(right)];
  if (rate?.bits === 0 && 2n * rate.top === rate.bottom) return root(left);
  const inexact =
    number !== null && rate !== null && number.bits + rate.bits > 0 ? floatPower(number, rate) : null;
  if (inexact !== null) return constant(inexact);
  return base(`power ${spelled(left)} ${spelled(right)}`);
}

/** Square root: the value for a floating-point number; for an integer, its square-free part stays under the root. */
function root(terms: Terms): Terms {
  const value = numberOf(terms);
  const inexact = value === null ? null : rootOfFloat(value);
  if (inexact !== null) return constant(inexact);
  if (value?.bits !== 0 || value.bottom !== 1n || value.top < 0n || value.top > 1_000_000n) {
    return base(`sqrt ${spelled(terms)}`);
  }
  let rest = Number(value.top);
  let outside = 1;
  for (let factor = 2; factor * factor <= rest; factor++) {
    while (rest % (factor * factor) === 0) {
      rest /= factor * factor;
      outside *= factor;
    }
  }
  const surd = rest === 1 ? constant(ONE) : base(`sqrt ${rest}`);
  return scaled(surd, integer(BigInt(outside)));
}
