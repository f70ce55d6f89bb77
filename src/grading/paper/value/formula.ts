/** Syntax trees of formulas, parsed like Python and the authors' algebra library (SymPy) do. */
import { OverBudget } from "../../overBudget.ts";

/** Thrown for a text that is not a formula or has no value: the answers count as different. */
export class NotAFormula extends Error {}

/** A formula; numbers are kept as text, to be evaluated exactly or in floating point. */
export type Formula =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "constant"; readonly name: (typeof CONSTANTS)[number] }
  | {
      readonly kind: "sum" | "product" | "quotient" | "power";
      readonly left: Formula;
      readonly right: Formula;
    }
  | { readonly kind: "negative" | "sqrt" | "ln" | "factorial" | "factorial2"; readonly argument: Formula };

/** Python's parser ignores line breaks here, but an implicit product cannot span one. */
type Token = { readonly kind: "number" | "name" | "sign" | "break"; readonly text: string };

const DIGITS = String.raw`[0-9](?:_?[0-9])*`;
const EXPONENT = String.raw`[e][-+]?${DIGITS}`;
const NUMBER = new RegExp(
  String.raw`0x(?:_?[0-9a-f])+|0b(?:_?[01])+|0o(?:_?[0-7])+|` +
    String.raw`(?:(?:${DIGITS}\.(?:${DIGITS})?|\.${DIGITS})(?:${EXPONENT})?|${DIGITS}${EXPONENT})j?|${DIGITS}j|` +
    String.raw`0(?:_?0)*|[1-9](?:_?[0-9])*`,
  "y",
);
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{N}_]*/uy;
const SIGN = /\*\*|\/\/|[-+*/()!,]/y;
const BLANK = /[ \t\f]+/y;
const BREAK = /\n[ \t\f\n]*/y;

/** Maximum tokens of a formula. */
const MAX_TOKENS = 2_000;
/** Maximum nesting; more overflows the authors' parser. */
const MAX_DEPTH = 100;

const FUNCTIONS = new Set(["sqrt", "ln"]);
const CONSTANTS = ["pi", "oo", "zoo", "nan"] as const;
/** Two-letter Greek names, which are not products. */
const GREEK = ["mu", "nu", "xi"];
/** Names that are one token. */
const NAMES = new Set<string>([...FUNCTIONS, ...CONSTANTS, ...GREEK]);
/** Keywords and functions on which the authors' parser fails. */
const RESERVED = new Set(
  "if in is or as all id csc eye ff fft frac fu gff hn1 hn2 im jn li ntt re rf yn".split(" "),
);

/** Parses all of a text. Throws `NotAFormula`, or `OverBudget` if it is too long. */
export function parseFormula(text: string): Formula {
  return new Parser(withProducts(tokens(text))).all();
}

function tokens(text: string): Token[] {
  const result: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  while (at < text.length) {
    if (take(BLANK) !== null) continue;
    if (take(BREAK) !== null) {
      result.push({ kind: "break", text: "\n" });
      continue;
    }
    const number = take(NUMBER);
    const name = number === null ? take(NAME) : null;
    const sign = number === null && name === null ? take(SIGN) : null;
    const found = number ?? name ?? sign;
    if (found === null || found === "//") throw new NotAFormula(text.slice(at, at + 9));
    if (name !== null && RESERVED.has(name)) throw new NotAFormula(name);
    if (result.length > MAX_TOKENS) throw new OverBudget("a long formula");
    if (name === null) result.push({ kind: number !== null ? "number" : "sign", text: found });
    else result.push(...nameTokens(name, text[at] === "!"));
  }
  return result;
}

/** Inserts "*" between adjacent factors on a line. */
function withProducts(list: readonly Token[]): Token[] {
  return list.flatMap((token, i) => {
    if (token.kind === "break") return [];
    const isBroken = list[i + 1]?.kind === "break";
    const next = list[isBroken ? i + 2 : i + 1];
    const ends = token.kind !== "sign" || token.text === ")" || token.text === "!";
    const starts = next !== undefined && (next.kind !== "sign" || next.text === "(");
    if (isBroken && ends && (starts || next?.text === "!"))
      throw new NotAFormula("a factor on a line of its own");
    const applied = token.kind === "name" && FUNCTIONS.has(token.text) && next?.text === "(";
    return ends && starts && !applied ? [token, { kind: "sign", text: "*" } as const] : [token];
  });
}

/** Python's precedence, lowest first: sums, products, signs, powers (right-associative), factorials. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly list: readonly Token[]) {}

  all(): Formula {
    const formula = this.sum();
    if (this.at < this.list.length) throw new NotAFormula("more than a formula");
    return formula;
  }

  private accept(...signs: string[]): string | null {
    const token = this.list[this.at];
    if (token?.kind !== "sign" || !signs.includes(token.text)) return null;
    this.at++;
    return token.text;
  }

  /** Reads a formula one level deeper. */
  private nested(read: () => Formula): Formula {
    if (++this.depth > MAX_DEPTH) throw new NotAFormula("nested too deeply");
    const formula = read();
    this.depth--;
    return formula;
  }

  private sum(): Formula {
    return this.nested(() => {
      let left = this.product();
      for (let sign = this.accept("+", "-"); sign !== null; sign = this.accept("+", "-")) {
        const term = this.product();
        left = { kind: "sum", left, right: sign === "+" ? term : { kind: "negative", argument: term } };
      }
      return left;
    });
  }

  private product(): Formula {
    let left = this.signed();
    for (let sign = this.accept("*", "/"); sign !== null; sign = this.accept("*", "/")) {
      left = { kind: sign === "*" ? "product" : "quotient", left, right: this.signed() };
    }
    return left;
  }

  private signed(): Formula {
    let negative = false;
    for (let sign = this.accept("+", "-"); sign !== null; sign = this.accept("+", "-")) {
      if (sign === "-") negative = !negative;
    }
    const argument = this.power();
    return negative ? { kind: "negative", argument } : argument;
  }

  private power(): Formula {
    const left = this.factorials();
    if (this.accept("**") === null) return left;
    return { kind: "power", left, right: this.nested(() => this.signed()) };
  }

  private factorials(): Formula {
    let argument = this.atom();
    while (this.accept("!") !== null) {
      argument = { kind: this.accept("!") === null ? "factorial" : "factorial2", argument };
    }
    return argument;
  }

  private atom(): Formula {
    const token = this.list[this.at++];
    if (token?.kind === "number") return { kind: "number", text: token.text };
    if (token?.kind === "name")
      return FUNCTIONS.has(token.text) ? this.call(token.text) : symbolOrConstant(token.text);
    if (token?.text !== "(") throw new NotAFormula("no operand");
    const formula = this.sum();
    this.close();
    return formula;
  }

  private call(name: string): Formula {
    if (this.accept("(") === null) throw new NotAFormula("a function of nothing");
    const argument = this.sum();
    this.accept(","); // Python allows a trailing comma
    this.close();
    return { kind: name === "ln" ? "ln" : "sqrt", argument };
  }

  private close(): void {
    if (this.accept(")") === null) throw new NotAFormula("brackets left open");
  }
}

/** Splits a name into factors, letters and numbers, unless it is a known name; a factorial applies to all of them. */
function nameTokens(name: string, beforeFactorial: boolean): Token[] {
  if (NAMES.has(name) || name.includes("_")) return [{ kind: "name", text: name }];
  const parts = (name.match(/[0-9]+|[^0-9]/gu) ?? []).map((part): Token => {
    if (/^0+[1-9]|(?![0-9])\p{Nd}|\p{No}/u.test(part)) throw new NotAFormula("digits that are no number");
    return { kind: /^[0-9]/.test(part) ? "number" : "name", text: part };
  });
  return beforeFactorial ? [{ kind: "sign", text: "(" }, ...parts, { kind: "sign", text: ")" }] : parts;
}

function symbolOrConstant(name: string): Formula {
  const constant = CONSTANTS.find((known) => known === name);
  return constant === undefined ? { kind: "symbol", name } : { kind: "constant", name: constant };
}
