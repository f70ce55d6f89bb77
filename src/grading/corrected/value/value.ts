/** The value of a formula: exact where rational arithmetic suffices, and at complex points, computed lazily. */
import { valueAt } from "./approximate.ts";
import { real, type Approximate } from "./complex.ts";
import { Exact } from "./exact.ts";
import { Arithmetic, toNumber, type Rational } from "./rational.ts";
import type { Formula } from "./tree.ts";

/** Number of points that distinguish rational functions. */
export const POINTS = 3;

/** Number of points for formulas with branches: sqrt(z^2) equals z on half of the plane, so at every other point. */
const POINTS_OF_BRANCHES = 16;

/** The value of a formula whose ± has one sign. */
export class Value {
  readonly kind = "value";
  /** Null if not constant or not rational. */
  readonly exact: Rational | null;
  /** Number of points at which it has to be compared. */
  readonly points: number;
  readonly #at: Approximate[] = [];

  constructor(
    private readonly formula: Formula,
    private readonly sign: 1 | -1,
  ) {
    const isConstant = !some(formula, isVariable);
    this.exact = isConstant ? new Exact(sign, new Arithmetic()).valueOf(formula) : null;
    this.points = isConstant ? 1 : some(formula, hasBranches) ? POINTS_OF_BRANCHES : POINTS;
  }

  /** Returns the value at a point; a constant has the same value at all points. */
  at(point: number): Approximate {
    const place = this.points === 1 ? 0 : point;
    return (this.#at[place] ??=
      this.exact === null ? valueAt(this.formula, this.sign, place) : real(toNumber(this.exact)));
  }
}

/** Returns true if a condition holds for some part of a formula. */
export function some(formula: Formula, holds: (part: Formula) => boolean): boolean {
  if (holds(formula)) return true;
  switch (formula.kind) {
    case "number":
    case "name":
      return false;
    case "sum":
      return formula.terms.some((term) => some(term, holds));
    case "product":
      return formula.factors.some((factor) => some(factor, holds));
    case "power":
      return some(formula.base, holds) || some(formula.exponent, holds);
    case "root":
      return some(formula.radicand, holds) || some(formula.index, holds);
    case "call":
      return some(formula.argument, holds);
    case "either":
      return some(formula.term, holds);
  }
}

function isVariable(part: Formula): boolean {
  return part.kind === "name" && part.name !== "π" && part.name !== "e" && part.name !== "i";
}

/** Functions without branch cuts: they have one derivative everywhere but at poles. */
const SMOOTH = /^(?:sinh?|cosh?|tanh?|coth?|sec|csc|exp|factorial)$/;

/** Integer powers have no branches. */
function hasBranches(part: Formula): boolean {
  if (part.kind === "power") return part.exponent.kind !== "number" || part.exponent.value.bottom !== 1n;
  return part.kind === "root" || (part.kind === "call" && !SMOOTH.test(part.name));
}
