/** What an answer says, as a tree. */
import type { Rational } from "./rational.ts";

/** Functions of one argument that can be evaluated at a complex point. */
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

/** A formula, which has one value once its variables have (and its ± a sign). */
export type Formula =
  | { readonly kind: "number"; readonly value: Rational }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Formula[] }
  | { readonly kind: "product"; readonly factors: readonly Formula[] }
  | { readonly kind: "power"; readonly base: Formula; readonly exponent: Formula }
  /** The real root of a negative number where the index is odd, unlike the power 1/index. */
  | { readonly kind: "root"; readonly radicand: Formula; readonly index: Formula }
  | { readonly kind: "call"; readonly name: FunctionName; readonly argument: Formula }
  /** ± or, negated, ∓ of a term: each ± of an answer takes the same sign. */
  | { readonly kind: "either"; readonly term: Formula };

export type Relation = "=" | "<" | "<=" | "!=" | "in";

/** An answer: a formula, or several in some arrangement. */
export type Tree =
  | Formula
  /** `open` and `close` are "" for values in a row that nothing encloses. */
  | { readonly kind: "list"; readonly open: string; readonly close: string; readonly items: readonly Tree[] }
  | { readonly kind: "union"; readonly parts: readonly Tree[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Tree[])[] }
  /** `sides[0] relations[0] sides[1] relations[1] ...`; "greater" is written the other way round. */
  | { readonly kind: "chain"; readonly sides: readonly Tree[]; readonly relations: readonly Relation[] };

const STRUCTURES = ["list", "union", "matrix", "chain"];

/** Whether a tree is one formula. */
export function isFormula(tree: Tree): tree is Formula {
  return !STRUCTURES.includes(tree.kind);
}
