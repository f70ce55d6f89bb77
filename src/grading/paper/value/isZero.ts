/** Decides if the difference of two answers is zero, as the authors' algebra library (SymPy) would. */
import { OverBudget } from "../../overBudget.ts";
import { complex, complexValue, type Complex } from "./complexValue.ts";
import { fieldValue } from "./fieldValue.ts";
import { vanishesInFloats } from "./floatForm.ts";
import { NotAFormula, parseFormula, type Formula } from "./formula.ts";
import { isFloatText } from "./numberText.ts";

const POINTS = 3;

/** Number of points for formulas with branches (roots, powers, logarithms): sqrt(z^2) equals z at every other point. */
const POINTS_OF_BRANCHES = 24;

/** Differences below this share of the error bound count as zero; the bound is seldom reached. */
const TOLERANCE = 2 ** -50;

/** Maximum decimal digits of all literals of a formula, written out. */
const MAX_DIGITS = 400_000;

/** Returns true if a difference, given as the text "(truth)-(given)", is zero; null if deciding takes too long. */
export function isZero(difference: string): boolean | null {
  try {
    return vanishes(parseFormula(difference.replaceAll("^", "**")));
  } catch (error) {
    if (error instanceof NotAFormula) return false;
    if (error instanceof OverBudget) return null;
    throw error;
  }
}

function vanishes(formula: Formula): boolean | null {
  // Differences with infinite and undefined constants are never zero.
  if (some(formula, (part) => part.kind === "constant" && part.name !== "pi")) return false;
  if (literalDigits(formula) > MAX_DIGITS) throw new OverBudget("long numbers");
  if (!some(formula, (part) => part.kind === "number" && isFloatText(part.text)))
    return vanishesInField(formula) ?? vanishesInNumbers(formula);
  // Numbers are rounded as they are combined; an exact zero counts only if the library would expand symbols.
  return vanishesInFloats(formula) || (some(formula, isSymbol) && vanishesInField(formula) === true);
}

/** Exact for rational functions; null for other formulas. */
function vanishesInField(formula: Formula): boolean | null {
  for (let round = 0; round < POINTS; round++) {
    const value = fieldValue(formula, (name) => hash(name, round) % 67_000_000);
    if (value === null || value !== 0) return value === null ? null : false; // NaN: a division by zero
  }
  return true;
}

function vanishesInNumbers(formula: Formula): boolean | null {
  let seen = 0;
  const wanted =
    some(formula, ({ kind }) => kind === "sqrt" || kind === "power" || kind === "ln") &&
    some(formula, isSymbol)
      ? POINTS_OF_BRANCHES
      : POINTS;
  for (let round = 0; round < 3 * wanted && seen < wanted; round++) {
    const { re, im, error } = complexValue(formula, (name) => randomPoint(name, round));
    const size = Math.hypot(re, im);
    if (Number.isNaN(size)) continue;
    if (size > TOLERANCE * error || size === Infinity) return false;
    if (error < Infinity) seen++;
  }
  return seen > 0 ? true : null;
}

/** Draws points in all four quadrants, none close to zero, so that branches differ and powers do not overflow. */
function randomPoint(name: string, round: number): Complex {
  // Every third point is farther out, so that x + 2 crosses branch cuts, too.
  const far = round % 3 === 2 ? 5 : 1;
  const angle = (2 * Math.PI * (hash(name, round) % 99_991)) / 99_991;
  const radius = 0.6 + (hash(name, round + 100) % 99_991) / 99_991;
  return complex(far * radius * Math.cos(angle), far * radius * Math.sin(angle));
}

/** Deterministic hash of a name and a round. */
function hash(name: string, round: number): number {
  let value = 0x9e3779b9 ^ Math.imul(round + 1, 0x85ebca6b);
  for (const character of `${name}:${round}`) {
    value = Math.imul(value ^ Number(character.codePointAt(0)), 0x01000193);
    value ^= value >>> 15;
  }
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function literalDigits(formula: Formula): number {
  if (formula.kind === "number")
    return formula.text.length + (isFloatText(formula.text) ? exponentOf(formula.text) : 0);
  if ("argument" in formula) return literalDigits(formula.argument);
  return "left" in formula ? literalDigits(formula.left) + literalDigits(formula.right) : 0;
}

/** Larger powers of ten make the authors' library fail at once for lack of memory; smaller large ones do not terminate. */
const HOPELESS_EXPONENT = 1e12;

function exponentOf(text: string): number {
  const exponent = Math.abs(Number(text.split("e")[1]?.replaceAll("_", "").replace("j", "") ?? 0));
  if (exponent > HOPELESS_EXPONENT) throw new NotAFormula("more digits than there is memory");
  return exponent;
}

/** Returns true if a condition holds for some part of a formula. */
function some(formula: Formula, holds: (part: Formula) => boolean): boolean {
  if (holds(formula)) return true;
  if ("argument" in formula) return some(formula.argument, holds);
  return "left" in formula && (some(formula.left, holds) || some(formula.right, holds));
}

function isSymbol({ kind }: Formula): boolean {
  return kind === "symbol";
}
