/** Converts a parsed answer to the form that is compared: values in their arrangement. */
import { OverBudget } from "../../overBudget.ts";
import { at } from "../../../math/at.ts";
import { isFormula, MINUS_ONE, Unreadable, type Formula, type Tree } from "./tree.ts";
import { some, Value } from "./value.ts";

export type Shape =
  | Value
  /** Unordered: a set, a list of solutions, the two values of a ±, or a union of intervals. */
  | { readonly kind: "set" | "union"; readonly items: readonly Shape[] }
  /** Ordered: a point, an interval. Vectors and matrices are tuples of rows. */
  | { readonly kind: "tuple"; readonly brackets: string; readonly items: readonly Shape[] }
  /** left - right = 0, up to a factor; `solved` is the right side of x = ..., which alone may stand for the equation. */
  | { readonly kind: "equation"; readonly difference: Shape; readonly solved: Shape | null }
  | { readonly kind: "text"; readonly text: string }
  /** Over the budget. */
  | { readonly kind: "undecided" };

/** Maximum members of a list; comparing sets takes quadratic time. */
const MAX_ITEMS = 200;

/** Returns the shape of a parsed answer. Throws `Unreadable` or `OverBudget`. */
export function shapeOf(tree: Tree): Shape {
  if (tree.kind === "name" && tree.name === "∅") return { kind: "set", items: [] };
  if (isFormula(tree)) {
    if (!some(tree, ({ kind }) => kind === "either")) return new Value(tree, 1);
    return { kind: "set", items: [new Value(tree, 1), new Value(tree, -1)] };
  }
  switch (tree.kind) {
    case "list":
      return listOf(tree.items, tree.open, tree.close);
    case "union":
      return { kind: "union", items: tree.parts.map(shapeOf) };
    case "matrix":
      return matrixOf(tree.rows);
    case "chain":
      return chainOf(tree);
  }
}

function listOf(items: readonly Tree[], open: string, close: string): Shape {
  if (items.length > MAX_ITEMS) throw new OverBudget("too many values");
  const shapes = items.map((item) => withoutName(shapeOf(item)));
  const named = open === "" ? byName(items, shapes) : null;
  if (named !== null) return named;
  const [only] = shapes;
  if (open === "{" && shapes.length === 1 && only !== undefined) return only; // grouping braces, or a set of one
  if (open === "" || open === "{") {
    return { kind: "set", items: shapes.flatMap((shape) => (shape.kind === "set" ? shape.items : [shape])) };
  }
  return { kind: "tuple", brackets: open + close, items: shapes };
}

/** x = 2, y = 3: values sorted by name; null if a name is missing or all names are equal. */
function byName(items: readonly Tree[], shapes: readonly Shape[]): Shape | null {
  const names = items.map((item) =>
    item.kind === "chain" && isName(item.sides[0]) ? item.sides[0].name : "",
  );
  if (names.includes("") || new Set(names).size < 2) return null;
  const sorted = shapes.map((shape, i) => ({ shape, name: at(names, i) }));
  sorted.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const brackets = sorted.map(({ name }) => name).join(" ");
  return { kind: "tuple", brackets, items: sorted.map(({ shape }) => shape) };
}

function matrixOf(rows: readonly (readonly Tree[])[]): Shape {
  if (rows.length > MAX_ITEMS) throw new OverBudget("too many rows");
  const items = rows.map((row): Shape => ({ kind: "tuple", brackets: "row", items: row.map(shapeOf) }));
  return { kind: "tuple", brackets: "matrix", items };
}

/** x = 5 means 5; x ∈ [1, 2] and 1 ≤ x ≤ 2 mean the interval. */
function chainOf({ sides, relations }: Extract<Tree, { kind: "chain" }>): Shape {
  const [left, middle, right] = sides;
  const [first, second] = relations;
  if (left === undefined || middle === undefined) throw new Unreadable("half a relation");
  if (relations.length === 1 && first === "in" && isName(left)) return shapeOf(middle);
  if (relations.length === 1 && first === "=") {
    const solved = isName(left) ? shapeOf(middle) : null;
    if (!isFormula(left) || !isFormula(middle)) {
      if (solved !== null) return solved;
      throw new Unreadable("an equation of arrangements");
    }
    const minus: Formula = { kind: "product", factors: [MINUS_ONE, middle] };
    return { kind: "equation", difference: shapeOf({ kind: "sum", terms: [left, minus] }), solved };
  }
  if (right !== undefined && !isName(middle) && relations.every((relation) => relation === "=")) {
    return shapeOf(at(sides, sides.length - 1)); // a calculation with its result
  }
  if (right !== undefined && sides.length === 3 && isName(middle) && isOrder(first) && isOrder(second)) {
    const brackets = (first === "<" ? "(" : "[") + (second === "<" ? ")" : "]");
    return { kind: "tuple", brackets, items: [shapeOf(left), shapeOf(right)] };
  }
  if (sides.length === 2 && isOrder(first)) return ray(left, middle, first === "<");
  return { kind: "tuple", brackets: relations.join(" "), items: sides.map(shapeOf) };
}

const INFINITE: Formula = { kind: "name", name: "∞" };

/** x < a is the interval below a, a < x the one above; a relation of two formulas stays a relation. */
function ray(left: Tree, right: Tree, isStrict: boolean): Shape {
  const below: Formula = { kind: "product", factors: [MINUS_ONE, INFINITE] };
  if (isName(left)) {
    return { kind: "tuple", brackets: `(${isStrict ? ")" : "]"}`, items: [shapeOf(below), shapeOf(right)] };
  }
  if (isName(right)) {
    return { kind: "tuple", brackets: `${isStrict ? "(" : "["})`, items: [shapeOf(left), shapeOf(INFINITE)] };
  }
  return { kind: "tuple", brackets: isStrict ? "<" : "<=", items: [shapeOf(left), shapeOf(right)] };
}

function isOrder(relation: string | undefined): boolean {
  return relation === "<" || relation === "<=";
}

function isName(tree: Tree | undefined): tree is Extract<Tree, { kind: "name" }> {
  return tree?.kind === "name" && !/^(?:π|e|i|∞|∅|\d.*)$/.test(tree.name);
}

/** x = 5 as a member of a list. */
function withoutName(shape: Shape): Shape {
  return shape.kind === "equation" && shape.solved !== null ? shape.solved : shape;
}
