/** Evaluates formulas exactly as rational numbers. */
import type { Arithmetic } from "./rational.ts";
import { ONE, ZERO, type Rational } from "./rational.ts";
import type { Formula, FunctionName } from "./tree.ts";

type Operation = (a: Rational, b: Rational) => Rational | null;

/** Evaluates formulas, their ± with one sign; null for variables, irrational parts and undefined values. */
export class Exact {
  constructor(
    private readonly sign: 1 | -1,
    private readonly arithmetic: Arithmetic,
  ) {}

  valueOf(formula: Formula): Rational | null {
    const { arithmetic } = this;
    switch (formula.kind) {
      case "number":
        return formula.value;
      case "name":
        return null;
      case "sum":
        return this.fold(formula.terms, ZERO, (a, b) => arithmetic.add(a, b));
      case "product":
        return this.fold(formula.factors, ONE, (a, b) => arithmetic.multiply(a, b));
      case "power":
        return this.both(formula.base, formula.exponent, (a, b) => arithmetic.power(a, b));
      case "root":
        return this.both(formula.radicand, formula.index, (a, b) => this.rootOf(a, b));
      case "either": {
        const value = this.valueOf(formula.term);
        return value === null ? null : { top: value.top * BigInt(this.sign), bottom: value.bottom };
      }
      case "call": {
        const argument = this.valueOf(formula.argument);
        return argument === null ? null : this.callOf(formula.name, argument);
      }
    }
  }

  private fold(parts: readonly Formula[], start: Rational, operation: Operation): Rational | null {
    let total = start;
    for (const part of parts) {
      const value = this.valueOf(part);
      const next = value === null ? null : operation(total, value);
      if (next === null) return null;
      total = next;
    }
    return total;
  }

  private both(first: Formula, second: Formula, operation: Operation): Rational | null {
    const a = this.valueOf(first);
    const b = a === null ? null : this.valueOf(second);
    return a === null || b === null ? null : operation(a, b);
  }

  /** Real root; of a negative number only if the index is odd. */
  private rootOf(radicand: Rational, index: Rational): Rational | null {
    if (index.bottom !== 1n || index.top <= 0n) return null;
    const exponent = { top: 1n, bottom: index.top };
    if (radicand.top >= 0n || index.top % 2n === 0n) return this.arithmetic.power(radicand, exponent);
    const root = this.arithmetic.power(negative(radicand), exponent);
    return root === null ? null : negative(root);
  }

  private callOf(name: FunctionName, argument: Rational): Rational | null {
    if (name === "factorial") return this.arithmetic.factorial(argument);
    if (name === "abs") return argument.top < 0n ? negative(argument) : argument;
    if (name === "floor") return { top: floor(argument), bottom: 1n };
    return name === "ceil" ? { top: -floor(negative(argument)), bottom: 1n } : null;
  }
}

function negative({ top, bottom }: Rational): Rational {
  return { top: -top, bottom };
}

/** ⌊top / bottom⌋ for bottom > 0. */
function floor({ top, bottom }: Rational): bigint {
  return (top - (((top % bottom) + bottom) % bottom)) / bottom;
}
