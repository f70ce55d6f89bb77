/** Exact rational arithmetic with bounded work. */
import { OverBudget } from "../../overBudget.ts";

/** A reduced fraction, `bottom > 0`. */
export interface Rational {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Maximum size of a number: about 10,000 decimal digits. */
const MAX_BITS = 32_768;
const MAX_FACTORIAL = 3000n;
/** Maximum work per answer, in steps of a few nanoseconds. */
const MAX_WORK = 300_000;

export const ZERO: Rational = { top: 0n, bottom: 1n };
export const ONE: Rational = { top: 1n, bottom: 1n };

/** Length in bits, rounded up to a multiple of four (hexadecimal digits). */
function bits(value: bigint): number {
  return 4 * value.toString(16).length;
}

/** Parses an unsigned decimal numeral. Throws `OverBudget` if it is too long. */
export function parseDecimal(digits: string, exponent = 0): Rational {
  const [whole = "", fraction = ""] = digits.split(".");
  const shift = exponent - fraction.length;
  if (3.4 * (whole.length + fraction.length + Math.abs(shift)) > MAX_BITS)
    throw new OverBudget("long number");
  const value = BigInt(whole + fraction || "0");
  const scale = 10n ** BigInt(Math.abs(shift));
  return new Arithmetic().rational(shift < 0 ? value : value * scale, shift < 0 ? scale : 1n) ?? ZERO;
}

/** Arithmetic for one answer. Methods throw `OverBudget` if numbers or the total work get too large. */
export class Arithmetic {
  private left = MAX_WORK;

  /** Returns top/bottom, reduced; null if bottom is 0. */
  rational(top: bigint, bottom = 1n): Rational | null {
    if (bottom === 0n) return null;
    if (bottom === 1n && top < 1n << 64n && top > -(1n << 64n)) return { top, bottom };
    const longest = Math.max(bits(top), bits(bottom));
    if (longest > MAX_BITS) throw new OverBudget("number too long");
    this.spend(longest);
    const divisor = bottom === 1n ? 1n : this.gcd(top, bottom, longest) * (bottom < 0n ? -1n : 1n);
    return { top: top / divisor, bottom: bottom / divisor };
  }

  private spend(work: number): void {
    this.left -= work;
    if (this.left < 0) throw new OverBudget("too much arithmetic");
  }

  /** Euclid's algorithm on numbers of up to `longest` bits: one step for n! and m!, about 0.6 a bit at worst. */
  private gcd(a: bigint, b: bigint, longest: number): bigint {
    while (b !== 0n) {
      this.spend(1 + longest / 128);
      [a, b] = [b, a % b];
    }
    return a < 0n ? -a : a;
  }

  add(a: Rational, b: Rational): Rational | null {
    return this.rational(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
  }

  multiply(a: Rational, b: Rational): Rational | null {
    return this.rational(a.top * b.top, a.bottom * b.bottom);
  }

  /** Returns base^exponent if it is rational and computable exactly, else null (also for 0^0). */
  power(base: Rational, exponent: Rational): Rational | null {
    const root = exponent.bottom === 1n ? base : this.rootOf(base, exponent.bottom);
    if (root === null || (root.top === 0n && exponent.top <= 0n)) return null;
    const times = exponent.top < 0n ? -exponent.top : exponent.top;
    const isUnit = root.bottom === 1n && root.top >= -1n && root.top <= 1n;
    const longest = Math.max(bits(root.top), bits(root.bottom));
    if (!isUnit && BigInt(longest) * times > BigInt(MAX_BITS)) throw new OverBudget("power too long");
    const turns = isUnit ? 2n - (times % 2n) : times; // only the parity matters for 0, 1 and -1
    const [top, bottom] = times === 0n ? [1n, 1n] : [root.top ** turns, root.bottom ** turns];
    this.spend(isUnit ? 0 : longest * Number(times));
    if (exponent.top >= 0n) return { top, bottom }; // powers of coprime numbers are coprime
    return top < 0n ? { top: -bottom, bottom: -top } : { top: bottom, bottom: top };
  }

  /** Returns the principal `index`-th root of a non-negative perfect power, else null. */
  private rootOf(value: Rational, index: bigint): Rational | null {
    if (value.top < 0n || index > 64n) return null;
    const top = this.integerRoot(value.top, index);
    const bottom = this.integerRoot(value.bottom, index);
    return top === null || bottom === null ? null : { top, bottom };
  }

  /** Newton's method on integers: a few dozen steps at most from a start not below the root. */
  private integerRoot(value: bigint, index: bigint): bigint | null {
    if (value < 2n) return value;
    this.spend(64 * bits(value));
    let root = 1n << (BigInt(bits(value)) / index + 1n);
    for (;;) {
      const next = ((index - 1n) * root + value / root ** (index - 1n)) / index;
      if (next >= root) break;
      root = next;
    }
    return root ** index === value ? root : null;
  }

  /** Returns n! of a small non-negative integer, else null. */
  factorial(value: Rational): Rational | null {
    if (value.bottom !== 1n || value.top < 0n) return null;
    if (value.top > MAX_FACTORIAL) throw new OverBudget("factorial too large");
    this.spend(Number(value.top) ** 2 / 40); // products of up to n log n bits by a word each
    let product = 1n;
    for (let n = 2n; n <= value.top; n++) product *= n;
    return this.rational(product);
  }
}

/** Returns the nearest double; infinite if out of range. */
export function toNumber({ top, bottom }: Rational): number {
  const direct = Number(top) / Number(bottom);
  if (Number.isFinite(direct) && (direct !== 0 || top === 0n)) return direct;
  const shift = BigInt(bits(top) - bits(bottom) - 128); // keep 128 bits of the quotient
  const quotient = shift >= 0n ? top / (bottom << shift) : (top << -shift) / bottom;
  return Number(quotient) * 2 ** Number(shift);
}
