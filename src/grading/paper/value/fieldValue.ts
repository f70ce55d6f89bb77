/**
 * Evaluates rational functions with factorials of integers in a prime field, exactly and at any size. A formula that is
 * zero at several random points is zero everywhere, with an error probability of about 1e-20.
 */
import { at } from "../../../math/at.ts";
import { OverBudget } from "../../overBudget.ts";
import { exactInteger } from "./exactInteger.ts";
import { numeral } from "./floatNumber.ts";
import type { Formula } from "./formula.ts";

/** A prime: products of residues stay below 2^52, where doubles are exact. */
const PRIME = 67_108_859;
const MAX_FACTORIAL = 200_000n;

/** Assigns a residue to each symbol. */
type Point = (name: string) => number;

/** Returns the value at a point; null if the formula is not supported, NaN for a division by zero. */
export function fieldValue(formula: Formula, point: Point): number | null {
  switch (formula.kind) {
    case "number": {
      const fraction = numeral(formula.text);
      return fraction === null ? null : quotient(residue(fraction.top), residue(fraction.bottom));
    }
    case "symbol":
      return point(formula.name);
    case "negative": {
      const value = fieldValue(formula.argument, point);
      return value === null ? null : (PRIME - value) % PRIME;
    }
    case "sum":
    case "product":
    case "quotient": {
      const left = fieldValue(formula.left, point);
      const right = left === null ? null : fieldValue(formula.right, point);
      return left === null || right === null ? null : combined(formula.kind, left, right);
    }
    case "power":
      return powerValue(formula.left, formula.right, point);
    case "factorial": {
      const argument = exactInteger(formula.argument);
      return argument === null ? null : factorial(argument);
    }
    default:
      return null;
  }
}

function combined(kind: "sum" | "product" | "quotient", left: number, right: number): number {
  if (kind === "sum") return (left + right) % PRIME;
  return kind === "product" ? (left * right) % PRIME : quotient(left, right);
}

function powerValue(base: Formula, exponent: Formula, point: Point): number | null {
  const power = exactInteger(exponent);
  const value = power === null ? null : fieldValue(base, point);
  if (power === null || value === null) return null;
  const size = raised(value, power < 0n ? -power : power);
  return power < 0n ? quotient(1, size) : size;
}

function residue(value: bigint): number {
  const rest = Number(value % BigInt(PRIME));
  return rest < 0 ? rest + PRIME : rest;
}

function raised(base: number, power: bigint): number {
  if (base === 0) return power === 0n ? 1 : 0;
  let result = 1;
  let square = base;
  // Fermat: base^(PRIME-1) is 1.
  for (let rest = Number(power % BigInt(PRIME - 1)); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

/** Division by Fermat's little theorem; NaN for a division by zero. */
function quotient(left: number, right: number): number {
  return right === 0 ? NaN : (left * raised(right, BigInt(PRIME - 2))) % PRIME;
}

/** Table of n! for all supported n, created on first use. */
let factorials: Float64Array | null = null;

function factorial(value: bigint): number {
  if (value < 0n) return NaN;
  if (value > MAX_FACTORIAL) throw new OverBudget("a large factorial");
  factorials ??= allFactorials();
  return at(factorials, Number(value));
}

function allFactorials(): Float64Array {
  const table = new Float64Array(Number(MAX_FACTORIAL) + 1).fill(1);
  for (let n = 1; n < table.length; n++) table[n] = (n * at(table, n - 1)) % PRIME;
  return table;
}
