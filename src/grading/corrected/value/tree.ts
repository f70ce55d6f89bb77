/** Syntax tree of an answer. */
import type { Rational } from "./rational.ts";

/** Thrown if a text is not a formula; it is then compared as text. */
export class Unreadable extends Error {}

/** Functions of one argument with a complex value. */
export const FUNCTIONS = [
  ...[
    "arcsin",
    "arccos",
    "arctan",
    "arccot",
    "sinh",
    "cosh",
    "tanh",
    "coth",
    "sin",
    "cos",
    "tan",
    "cot",
    "sec",
    "csc",
  ],
  ...["ln", "log", "lg", "exp"],
] as const;

export type FunctionName = (typeof FUNCTIONS)[number] | "abs" | "floor" | "ceil" | "factorial";

/** A formula: has a single value given values of its variables and a sign of its ±. */
export type Formula =
  | { readonly kind: "number"; readonly value: Rational }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Formula[] }
  | { readonly kind: "product"; readonly factors: readonly Formula[] }
  | { readonly kind: "power"; readonly base: Formula; readonly exponent: Formula }
  /** Real for a negative radicand and an odd index, unlike the power 1/index. */
  | { readonly kind: "root"; readonly radicand: Formula; readonly index: Formula }
  | { readonly kind: "call"; readonly name: FunctionName; readonly argument: Formula }
  /** ± or, negated, ∓ of a term; all ± of an answer take the same sign. */
  | { readonly kind: "either"; readonly term: Formula };

export const MINUS_ONE: Formula = { kind: "number", value: { top: -1n, bottom: 1n } };

export type Relation = "=" | "<" | "<=" | "!=" | "in";

/** An answer: a formula, or an arrangement of formulas. */
export type Tree =
  | Formula
  /** `open` and `close` are "" for a list without brackets. */
  | { readonly kind: "list"; readonly open: string; readonly close: string; readonly items: readonly Tree[] }
  | { readonly kind: "union"; readonly parts: readonly Tree[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Tree[])[] }
  /** `sides[0] relations[0] sides[1] relations[1] ...`; "greater" relations are reversed. */
  | { readonly kind: "chain"; readonly sides: readonly Tree[]; readonly relations: readonly Relation[] };

const STRUCTURES = ["list", "union", "matrix", "chain"];

/** Returns true if a tree is a single formula. */
export function isFormula(tree: Tree): tree is Formula {
  return !STRUCTURES.includes(tree.kind);
}
