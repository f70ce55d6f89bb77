/** The two kinds of numbers of the authors' library: exact fractions, and binary floats of any precision (half to even). */
import { OverBudget } from "../../overBudget.ts";
import { fractionOf, isFloatText, significantDigits, type Fraction } from "./numberText.ts";

/** An exact fraction if `bits` is 0, else a floating-point number with that many significant bits. */
export interface Numeral extends Fraction {
  readonly bits: number;
}

/** Maximum length of a number, in hexadecimal digits. */
const MAX_LENGTH = 400_000;

/** Maximum exponent that is evaluated. */
const MAX_POWER = 256;

/** Returns an integer as a numeral. */
export function integer(value: bigint): Numeral {
  return { top: value, bottom: 1n, bits: 0 };
}

/** Parses a literal; null if imaginary. A float has the precision of its digits, at least 15. */
export function numeral(text: string): Numeral | null {
  const fraction = fractionOf(text);
  if (fraction === null || !isFloatText(text)) return fraction === null ? null : { ...fraction, bits: 0 };
  const digits = Math.max(15, significantDigits(text));
  return rounded(fraction, Math.round((digits + 1) * Math.log2(10)));
}

/** Rounds to the given number of bits. */
function rounded({ top, bottom }: Fraction, bits: number): Numeral {
  if (top === 0n) return { top, bottom: 1n, bits: 0 }; // the library treats a floating-point zero as exact
  const size = top < 0n ? -top : top;
  let shift = bits - (bitLength(size) - bitLength(bottom));
  let scaled = divided(size, bottom, shift);
  if (bitLength(scaled) > bits) scaled = divided(size, bottom, --shift);
  const value = top < 0n ? -scaled : scaled;
  return shift >= 0
    ? { top: value, bottom: 1n << BigInt(shift), bits }
    : { top: value << BigInt(-shift), bottom: 1n, bits };
}

/** Returns top / bottom * 2^shift, rounded half to even. */
function divided(top: bigint, bottom: bigint, shift: number): bigint {
  const above = shift >= 0 ? top << BigInt(shift) : top;
  const below = shift >= 0 ? bottom : bottom << BigInt(-shift);
  const whole = above / below;
  const twice = 2n * (above - whole * below);
  return twice > below || (twice === below && whole % 2n === 1n) ? whole + 1n : whole;
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  if (digits.length > MAX_LENGTH) throw new OverBudget("a long number");
  return 4 * (digits.length - 1) + (32 - Math.clz32(parseInt(digits.charAt(0), 16)));
}

/** Rounds an exact result to the precision of the more precise operand; keeps it exact if both operands are. */
function settled(value: Fraction, a: Numeral, b: Numeral): Numeral {
  const bits = Math.max(a.bits, b.bits);
  return bits > 0 ? rounded(value, bits) : reduced(value);
}

function reduced({ top, bottom }: Fraction): Numeral {
  let a = top < 0n ? -top : top;
  let b = bottom;
  while (b !== 0n) [a, b] = [b, a % b];
  const sign = bottom < 0n ? -1n : 1n;
  return a === 0n ? integer(0n) : { top: (sign * top) / a, bottom: (sign * bottom) / a, bits: 0 };
}

/** Rounds a fraction to the precision of the other operand, if that is floating point. */
function alignedTo(value: Numeral, other: Numeral): Numeral {
  return value.bits === 0 && other.bits > 0 ? rounded(value, other.bits) : value;
}

/** The sum. */
export function added(left: Numeral, right: Numeral): Numeral {
  const [a, b] = [alignedTo(left, right), alignedTo(right, left)];
  return settled({ top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom }, left, right);
}

/** The product. */
export function multiplied(left: Numeral, right: Numeral): Numeral {
  const [a, b] = [alignedTo(left, right), alignedTo(right, left)];
  return settled({ top: a.top * b.top, bottom: a.bottom * b.bottom }, left, right);
}

/** The quotient, or null for a division by zero. Fraction / float multiplies by the float's rounded reciprocal. */
export function dividedBy(left: Numeral, right: Numeral): Numeral | null {
  if (left.bits === 0 && right.bits > 0 && (left.top !== 1n || left.bottom !== 1n)) {
    const reciprocal = dividedBy(integer(1n), right);
    return reciprocal === null ? null : multiplied(left, reciprocal);
  }
  const [a, b] = [alignedTo(left, right), alignedTo(right, left)];
  if (b.top === 0n) return null;
  const sign = b.top < 0n ? -1n : 1n;
  return settled({ top: sign * a.top * b.bottom, bottom: sign * a.bottom * b.top }, left, right);
}

/** Returns a small integer power; null for any other exponent. */
export function raisedTo(base: Numeral, power: number): Numeral | null {
  if (!Number.isInteger(power) || Math.abs(power) > MAX_POWER) return null;
  const size = BigInt(Math.abs(power));
  const value = { top: base.top ** size, bottom: base.bottom ** size };
  const result = base.bits > 0 ? rounded(value, base.bits) : { ...value, bits: 0 };
  return power < 0 ? dividedBy(integer(1n), result) : result;
}

/** Returns a positive number to the power of a floating-point one; null if out of the range of doubles. */
export function floatPower(base: Numeral, exponent: Numeral): Numeral | null {
  if (base.top <= 0n) return null;
  if (2n * exponent.top === exponent.bottom)
    return rootOfFloat(rounded(base, Math.max(base.bits, exponent.bits)));
  const value = Number(base.top) / Number(base.bottom);
  const result = value ** (Number(exponent.top) / Number(exponent.bottom));
  return Number.isFinite(result) && result > 0 ? numeral(result.toExponential()) : null;
}

/** Returns the square root of a positive floating-point number; null for other numbers. */
export function rootOfFloat(value: Numeral): Numeral | null {
  if (value.bits === 0 || value.top <= 0n) return null;
  const shift = BigInt(2 * (value.bits + 8) + 2 * bitLength(value.bottom));
  const square = (value.top << shift) / value.bottom;
  let root = 1n << BigInt(Math.ceil(bitLength(square) / 2));
  for (let next = (root + square / root) >> 1n; next < root; next = (root + square / root) >> 1n) root = next;
  return rounded({ top: root, bottom: 1n << (shift / 2n) }, value.bits);
}
