/** Evaluates formulas of integers exactly, for exponents and factorials. */
import { OverBudget } from "../../overBudget.ts";
import type { Formula } from "./formula.ts";
import { fractionOf, isFloatText } from "./numberText.ts";

/** Maximum size of an integer. */
const MAX_BITS = 4_096;

/** Returns the integer value, or null for any other formula. Throws `OverBudget` if it is too large. */
export function exactInteger(formula: Formula): bigint | null {
  switch (formula.kind) {
    case "number":
      return isFloatText(formula.text) ? null : bounded(fractionOf(formula.text)?.top ?? null);
    case "negative": {
      const value = exactInteger(formula.argument);
      return value === null ? null : -value;
    }
    case "sum":
    case "product":
    case "quotient":
    case "power": {
      const left = exactInteger(formula.left);
      const right = left === null ? null : exactInteger(formula.right);
      return left === null || right === null ? null : bounded(combined(formula.kind, left, right));
    }
    case "factorial": {
      const value = exactInteger(formula.argument);
      return value === null || value < 0n ? null : factorial(value);
    }
    default:
      return null;
  }
}

function bounded(value: bigint | null): bigint | null {
  if (value !== null && BigInt.asIntN(MAX_BITS, value) !== value) throw new OverBudget("a large integer");
  return value;
}

function combined(
  kind: "sum" | "product" | "quotient" | "power",
  left: bigint,
  right: bigint,
): bigint | null {
  if (kind === "sum") return left + right;
  if (kind === "product") return left * right;
  if (kind === "quotient") return right === 0n || left % right !== 0n ? null : left / right;
  if (right < 0n) return left === 1n ? 1n : null;
  if (left >= -1n && left <= 1n) return right === 0n ? 1n : left === -1n && right % 2n === 0n ? 1n : left;
  if (right * BigInt(left.toString(2).length) > 2n * BigInt(MAX_BITS)) throw new OverBudget("a large power");
  return left ** right;
}

function factorial(value: bigint): bigint | null {
  if (value > 500n) throw new OverBudget("a large factorial");
  let result = 1n;
  for (let factor = 2n; factor <= value; factor++) result *= factor;
  return bounded(result);
}
