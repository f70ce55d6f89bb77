/** A normalised answer -> what it says: a formula, or several in a list, an interval, a union, a matrix, an equation. */
import { FormulaParser } from "./parseFormula.ts";
import { OverBudget } from "../value/rational.ts";
import { Scanner, Unreadable } from "../value/scanner.ts";
import type { Relation, Tree } from "../value/tree.ts";

/** Characters. Real answers have less than 200. */
const MAX_LENGTH = 1000;

/** Reads all of `text`, or throws `Unreadable` (no formula) or `OverBudget` (too long or deep to tell). */
export function parseAnswer(text: string): Tree {
  const scanner = new Scanner(text);
  if (text.length > MAX_LENGTH) throw new OverBudget("answer too long");
  const tree = arrangement(items(scanner), "", "");
  scanner.accept(".");
  if (scanner.peek() !== "") throw new Unreadable("more than an answer");
  return tree;
}

function arrangement(read: readonly Tree[], open: string, close: string): Tree {
  const [first] = read;
  const isGroup = open === "" || (open === "(" && close === ")");
  return read.length === 1 && first !== undefined && isGroup
    ? first
    : { kind: "list", open, close, items: read };
}

function items(scanner: Scanner): Tree[] {
  const read = [chain(scanner)];
  while (scanner.take(",;") !== "") read.push(chain(scanner));
  return read;
}

const RELATIONS: Record<string, Relation> = {
  "=": "=",
  "≈": "=",
  "≡": "=",
  "<": "<",
  ">": "<",
  "≤": "<=",
  "≥": "<=",
  "≠": "!=",
  "∈": "in",
};

/** Sides and relations; a > b > c is read as c < b < a. */
function chain(scanner: Scanner): Tree {
  const sides = [union(scanner)];
  const signs: string[] = [];
  for (;;) {
    const sign = scanner.take("=≈≡<>≤≥≠∈");
    if (sign === "") break;
    signs.push(sign);
    sides.push(union(scanner));
  }
  const [only] = sides;
  if (signs.length === 0 && only !== undefined) return only;
  const relations = signs.map((sign) => RELATIONS[sign] ?? "=");
  if (!signs.some((sign) => sign === ">" || sign === "≥")) return { kind: "chain", sides, relations };
  if (signs.some((sign) => sign !== ">" && sign !== "≥")) throw new Unreadable("a > b < c");
  return { kind: "chain", sides: sides.reverse(), relations: relations.reverse() };
}

function union(scanner: Scanner): Tree {
  const parser = new FormulaParser(scanner, enclosed);
  const first = parser.sum();
  const parts = [first];
  while (scanner.accept("∪")) parts.push(parser.sum());
  return parts.length === 1 ? first : { kind: "union", parts };
}

const CLOSING: Record<string, RegExp> = { "(": /[)\]]/y, "[": /[)\]]/y, "{": /\}/y, "⦃": /⦄/y };

/** What brackets, braces or \begin ... \end enclose. LaTeX's own braces enclose a set only where it has several members. */
function enclosed(scanner: Scanner): Tree {
  const open = scanner.match(/[([{⦃]/y)?.[0];
  if (open === undefined) return matrix(scanner);
  scanner.brackets += open === "{" ? 0 : 1;
  const inside = scanner.match(CLOSING[open] ?? /$/y) === null ? items(scanner) : null;
  const close = inside === null ? "" : scanner.match(CLOSING[open] ?? /$/y)?.[0];
  scanner.brackets -= open === "{" ? 0 : 1;
  if (close === undefined) throw new Unreadable("not closed");
  if (inside === null) return { kind: "list", open: "{", close: "}", items: [] };
  if (open === "⦃") return { kind: "list", open: "{", close: "}", items: inside };
  return open === "{" ? arrangement(inside, "", "") : arrangement(inside, open, close);
}

function matrix(scanner: Scanner): Tree {
  if (scanner.match(/\\begin ?\{ ?[pbv]?(?:matrix|array) ?\}(?: ?\{[lcr| ]*\})?/y) === null) {
    throw new Unreadable("no matrix");
  }
  const rows: Tree[][] = [[]];
  while (!scanner.accept("\\end")) {
    rows.at(-1)?.push(union(scanner));
    if (scanner.accept("⏎")) rows.push([]);
    else if (!scanner.accept("&") && !scanner.sees(/\\end/y)) throw new Unreadable("no cell");
  }
  scanner.match(/ ?\{ ?[pbv]?(?:matrix|array) ?\}/y);
  return { kind: "matrix", rows: rows.filter((row) => row.length > 0) };
}
