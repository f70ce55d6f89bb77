/** Python's number literals. */
import { OverBudget } from "../../overBudget.ts";

/** A fraction, `bottom` > 0, not necessarily reduced. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Maximum power of ten. */
const MAX_EXPONENT = 100_000;

/** Returns true if a literal is a floating-point number. */
export function isFloatText(text: string): boolean {
  return /[.e]/.test(text) && !text.startsWith("0x");
}

/** Returns the number of significant digits of a literal. */
export function significantDigits(text: string): number {
  const [mantissa = ""] = text.replaceAll("_", "").split("e");
  return mantissa.replace(".", "").replace(/^0+/, "").length;
}

/** Returns the exact value of a literal; null if it is imaginary. Throws `OverBudget` for a large power of ten. */
export function fractionOf(text: string): Fraction | null {
  const plain = text.replaceAll("_", "");
  if (plain.endsWith("j")) return null;
  if (!isFloatText(plain)) return { top: BigInt(plain), bottom: 1n };
  const [mantissa = "", power = "0"] = plain.split("e");
  const [whole = "", decimals = ""] = mantissa.split(".");
  const exponent = Number(power) - decimals.length;
  if (Math.abs(exponent) > MAX_EXPONENT) throw new OverBudget("a power of ten");
  const digits = BigInt(whole + decimals);
  return exponent >= 0
    ? { top: digits * 10n ** BigInt(exponent), bottom: 1n }
    : { top: digits, bottom: 10n ** BigInt(-exponent) };
}
