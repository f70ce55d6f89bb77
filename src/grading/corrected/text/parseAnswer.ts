/** Parses a normalised answer: a formula, or formulas in a list, an interval, a union, a matrix or an equation. */
import { OverBudget } from "../../overBudget.ts";
import { Unreadable, type Relation, type Tree } from "../value/tree.ts";
import { FormulaParser } from "./formulaParser.ts";
import { Scanner } from "./scanner.ts";

/** Maximum length in characters; real answers have fewer than 200. */
const MAX_LENGTH = 1000;

/** Parses all of `text`. Throws `Unreadable` if it is not a formula, `OverBudget` if it is too long or nested too deeply. */
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

/** Parses a chain of relations; a > b > c becomes c < b < a. */
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

/** Parses the content of brackets, braces or \begin ... \end. LaTeX grouping braces are a set only with several members. */
function enclosed(scanner: Scanner): Tree {
  const open = scanner.match(/[([{⦃]/y)?.[0];
  if (open === undefined) return matrix(scanner);
  scanner.brackets += open === "{" ? 0 : 1;
  const inside = scanner.match(CLOSING[open] ?? /$/y) === null ? items(scanner) : null;
  const close = inside === null ? "" : scanner.match(CLOSING[open] ?? /$/y)?.[0];
  scanner.brackets -= open === "{" ? 0 : 1;
  if (close === undefined) throw new Unreadable("not closed");
  if (inside === null && open === "{") throw new Unreadable("an empty group");
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
