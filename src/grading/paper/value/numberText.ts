/** Number literals of Python: exact fractions, and which of them are floating point. */
import { OverBudget } from "./overBudget.ts";

/** A fraction, `bottom` > 0, not necessarily reduced. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Powers of ten beyond this are more work than an answer is worth. */
const MAX_EXPONENT = 100_000;

/** Whether a literal is a floating-point number to Python. */
export function isFloatText(text: string): boolean {
  return /[.e]/.test(text) && !text.startsWith("0x");
}

/** Significant digits of a literal without its leading zeros. */
export function significantDigits(text: string): number {
  const [mantissa = ""] = text.replaceAll("_", "").split("e");
  return mantissa.replace(".", "").replace(/^0+/, "").length;
}

/** What a literal is worth; null for imaginary ones. */
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
