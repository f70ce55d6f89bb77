/** Parser of formulas: numbers, names, + - * / ^, implicit products, roots, functions. */
import { ONE, parseDecimal } from "../value/rational.ts";
import {
  FUNCTIONS,
  isFormula,
  MINUS_ONE,
  Unreadable,
  type Formula,
  type FunctionName,
  type Tree,
} from "../value/tree.ts";
import type { Scanner } from "./scanner.ts";

const HALF: Formula = { kind: "number", value: { top: 1n, bottom: 2n } };

const TRIGONOMETRIC = /^(?:sin|cos|tan|cot|sec|csc)$/;
const SIGNS = "+-±∓";
const TWO_LETTERS = /[a-z]{2}/y;
const FUNCTION_START = new RegExp(`\\\\?(?:${FUNCTIONS.join("|")})`, "y");

const MIXED = /(\d+) (\d+) ?\/ ?(\d+)/y;
const PROPER = /\\frac ?(?:\{ ?(\d+) ?\}|(\d)) ?(?:\{ ?(\d+) ?\}|(\d))(?! ?\^)/y;
const GROUPED = /\d{1,3}(?:[,\u2009]\d{3})+(?:\.\d+)?(?![\d,])/y;
const GROUPED_INSIDE = /\d{1,3}(?:\u2009\d{3})+(?:\.\d+)?(?!\d)/y;
/** The most frequent numeral: not the start of any form above, nor of one with a base, fraction or exponent. */
const PLAIN_INTEGER = /\d+(?![\d.,_e\\ \u2009])/y;
const NUMERAL = /(\d+(?: \d+)*(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,5})(?!\d))?/y;

export class FormulaParser {
  constructor(
    private readonly scanner: Scanner,
    /** Parses the content of brackets, braces and environments (parseAnswer.ts). */
    private readonly enclosed: (scanner: Scanner) => Tree,
  ) {}

  /** Parses a sum of signed terms, or a single arrangement. */
  sum(): Tree {
    const sign = this.sign();
    const first = this.product();
    if (sign === "" && !this.seesSign()) return first;
    const terms = [signed(sign, formula(first))];
    while (this.seesSign()) terms.push(signed(this.sign(), formula(this.product())));
    return terms.length === 1 && terms[0] !== undefined ? terms[0] : { kind: "sum", terms };
  }

  private seesSign(): boolean {
    const next = this.scanner.peek();
    return next !== "" && SIGNS.includes(next);
  }

  /** Takes one of + - ± ∓; "" if there is none. */
  private sign(): string {
    return this.scanner.accept("+/-") ? "±" : this.scanner.take(SIGNS);
  }

  private product(): Tree {
    const { scanner } = this;
    const first = this.factor();
    const factors: Tree[] = [first];
    for (;;) {
      const sign = scanner.take("*/");
      if (sign === "*") factors.push(formula(this.factor()));
      else if (sign === "/") factors.push(inverse(formula(this.factor())));
      else if (this.startsFactor(factors.at(-1)?.kind === "number")) factors.push(this.factor());
      else if (scanner.peek() === "‹") this.unit();
      else break;
    }
    return factors.length === 1 ? first : { kind: "product", factors: factors.map(formula) };
  }

  /** Returns true if an implicit product continues here; two adjacent numerals are not a product. */
  private startsFactor(afterNumeral: boolean): boolean {
    const next = this.scanner.peek();
    if (next === "") return false;
    if (next === "\\") return !this.scanner.follows("\\end");
    return isDigit(next) || next === "." ? !afterNumeral : "({π∞√∅".includes(next) || isLetter(next);
  }

  /** Skips a unit after a value: ‹ cm›^2. */
  private unit(): void {
    this.scanner.match(/‹[^›]*›(?: ?\^ ?(?:\d|\{ ?-?\d ?\}))?/y);
  }

  private factor(): Tree {
    const { scanner } = this;
    if (scanner.accept("-")) return scanner.nested(() => signed("-", formula(this.factor())));
    if (scanner.accept("+")) return scanner.nested(() => this.factor());
    const base = this.postfix(this.primary());
    if (!scanner.accept("^")) return base;
    const exponent = scanner.nested(() => formula(this.factor()));
    return { kind: "power", base: formula(base), exponent };
  }

  private postfix(base: Tree): Tree {
    let value = base;
    for (;;) {
      if (this.scanner.accept("!")) value = call("factorial", formula(value));
      else if (this.scanner.take("°") === "") return value;
      else if (this.scanner.angles > 0) {
        const straight: Formula = { kind: "number", value: { top: 1n, bottom: 180n } };
        value = { kind: "product", factors: [formula(value), straight, { kind: "name", name: "π" }] };
      }
    }
  }

  private primary(): Tree {
    const { scanner } = this;
    const next = scanner.peek();
    if (next === "") throw new Unreadable("no value");
    if (isDigit(next) || next === ".") return this.numeral();
    if (next === "\\") return this.macro();
    if ("([{⦃".includes(next)) return scanner.nested(() => this.enclosed(scanner));
    if (scanner.accept("√")) return this.root();
    if ("|⌊⌈".includes(next)) return scanner.nested(() => this.barred(next));
    return this.word();
  }

  private barred(open: string): Formula {
    this.scanner.expect(open);
    const argument = formula(this.sum());
    this.scanner.expect({ "⌊": "⌋", "⌈": "⌉" }[open] ?? open);
    return call(open === "⌊" ? "floor" : open === "⌈" ? "ceil" : "abs", argument);
  }

  private numeral(): Formula {
    const { scanner } = this;
    const plain = scanner.match(PLAIN_INTEGER);
    if (plain !== null) return number(plain[0]);
    const mixed = scanner.match(MIXED);
    if (mixed !== null) {
      const [, whole = "", top = "", bottom = ""] = mixed;
      return { kind: "sum", terms: [number(whole), fraction(number(top), number(bottom))] };
    }
    const grouped = scanner.match(scanner.brackets === 0 ? GROUPED : GROUPED_INSIDE);
    if (grouped !== null) return number(grouped[0].replace(/[,\u2009]/g, ""));
    const found = scanner.match(NUMERAL);
    if (found === null) throw new Unreadable("no numeral");
    const [, digits = "", exponent = "0"] = found;
    const base = this.subscript();
    if (base !== "") return { kind: "name", name: digits + base };
    const value = number(digits.replaceAll(" ", ""), Number(exponent));
    const part = /^\d+$/.test(digits) ? scanner.match(PROPER) : null; // a whole number and a fraction: 1\frac{4}{5}
    if (part === null) return value;
    const [, top = part[2] ?? "", , bottom = part[4] ?? ""] = part;
    return { kind: "sum", terms: [value, fraction(number(top), number(bottom))] };
  }

  /** Parses a subscript, which is part of a name: "_8" of 52_8 or a_{8}. */
  private subscript(): string {
    if (this.scanner.peek() !== "_") return "";
    const found = this.scanner.match(/_ ?(?:(\p{L}|\d+)|\{([^{}]*)\})/uy);
    return found === null ? "" : `_${found[1] ?? (found[2] ?? "").replaceAll(" ", "")}`;
  }

  /** Parses a letter with its subscript and primes, or a function without backslash. */
  private word(): Formula {
    const { scanner } = this;
    if (scanner.accept("sqrt")) return this.root();
    const name = scanner.sees(TWO_LETTERS) ? scanner.match(FUNCTION_START) : null;
    if (name !== null) return this.apply(name[0]);
    const letter = scanner.match(/pi|infinity|inf|[\p{L}π∞∅]/uy);
    if (letter === null) throw new Unreadable("no value");
    const constant = letter[0] === "pi" ? "π" : letter[0].startsWith("inf") ? "∞" : letter[0];
    return { kind: "name", name: constant + this.subscript() + this.primes() };
  }

  private primes(): string {
    return this.scanner.match(/'+/y)?.[0] ?? "";
  }

  private macro(): Tree {
    const { scanner } = this;
    if (scanner.accept("\\frac")) return scanner.nested(() => fraction(this.argument(), this.argument()));
    if (scanner.accept("\\sqrt")) return scanner.nested(() => this.root());
    const functionName = scanner.match(FUNCTION_START);
    if (functionName !== null) return this.apply(functionName[0].replace("\\", ""));
    if (scanner.sees(/\\begin/y)) return scanner.nested(() => this.enclosed(scanner));
    const name = scanner.match(/\\([a-z]+)/y)?.[1];
    if (name === "binom") return scanner.nested(() => binomial(this.argument(), this.argument()));
    if (name === undefined || name === "end") throw new Unreadable("no value");
    return { kind: "name", name: `\\${name}${this.subscript()}` };
  }

  /** Parses the argument of a LaTeX command: a group, one digit or one letter. */
  private argument(): Formula {
    const digit = this.scanner.match(/\d/y);
    return digit === null ? formula(this.primary()) : number(digit[0]);
  }

  /** Parses an optional index and the radicand of a root. */
  private root(): Formula {
    const { scanner } = this;
    let index: Formula | null = null;
    if (scanner.accept("[")) {
      index = formula(this.sum());
      scanner.expect("]");
    }
    const radicand = formula(this.primary());
    return index === null
      ? { kind: "power", base: radicand, exponent: HALF }
      : { kind: "root", radicand, index };
  }

  /** Parses a function application: sin x, sin^2 x, sin^{-1} x, log_2 x. Without brackets the argument ends at an operator or a function. */
  private apply(name: string): Formula {
    const { scanner } = this;
    const base = name === "log" && scanner.accept("_") ? this.argument() : null;
    const exponent = scanner.accept("^") ? scanner.nested(() => this.exponentOf()) : null;
    const isAngle = TRIGONOMETRIC.test(name) ? 1 : 0;
    scanner.angles += isAngle;
    const argument = scanner.nested(() => this.functionArgument());
    scanner.angles -= isAngle;
    if (exponent !== null && isMinusOne(exponent) && /^(?:sin|cos|tan)$/.test(name)) {
      return call(functionNamed(`arc${name}`), argument);
    }
    const value = call(functionNamed(name), argument);
    const based = base === null ? value : fraction(value, call("ln", base));
    return exponent === null ? based : { kind: "power", base: based, exponent };
  }

  private exponentOf(): Formula {
    const sign = this.sign();
    return signed(sign, this.argument());
  }

  private functionArgument(): Formula {
    const { scanner } = this;
    if (scanner.sees(/[({|]/y)) return formula(this.postfix(this.primary()));
    const factors = [formula(this.factor())];
    while (this.startsFactor(true) && !scanner.sees(FUNCTION_START) && scanner.peek() !== "(") {
      factors.push(formula(this.factor()));
    }
    return { kind: "product", factors };
  }
}

/** Returns the tree as a formula, taking "[x]" as a bracketed formula. Throws `Unreadable` for other arrangements. */
export function formula(tree: Tree): Formula {
  if (isFormula(tree)) return tree;
  const only = tree.kind === "list" && tree.open === "[" && tree.close === "]" ? tree.items : [];
  if (only.length === 1 && only[0] !== undefined && isFormula(only[0])) return only[0];
  throw new Unreadable("no formula");
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function isLetter(character: string): boolean {
  return (character >= "a" && character <= "z") || (character > "\x7f" && /\p{L}/u.test(character));
}

function number(digits: string, exponent = 0): Formula {
  return { kind: "number", value: parseDecimal(digits, exponent) };
}

function inverse(of: Formula): Formula {
  return { kind: "power", base: of, exponent: MINUS_ONE };
}

function fraction(top: Formula, bottom: Formula): Formula {
  return { kind: "product", factors: [top, inverse(bottom)] };
}

function call(name: FunctionName, argument: Formula): Formula {
  return { kind: "call", name, argument };
}

function functionNamed(name: string): FunctionName {
  const known = FUNCTIONS.find((one) => one === name);
  if (known === undefined) throw new Unreadable(`no function ${name}`);
  return known;
}

/** n! / (k! (n - k)!) */
function binomial(n: Formula, k: Formula): Formula {
  const rest: Formula = { kind: "sum", terms: [n, signed("-", k)] };
  const bottom: Formula = { kind: "product", factors: [call("factorial", k), call("factorial", rest)] };
  return fraction(call("factorial", n), bottom);
}

function signed(sign: string, term: Formula): Formula {
  if (sign === "±") return { kind: "either", term };
  if (sign !== "-" && sign !== "∓") return term;
  const negative: Formula = { kind: "product", factors: [MINUS_ONE, term] };
  return sign === "-" ? negative : { kind: "either", term: negative };
}

function isMinusOne(exponent: Formula): boolean {
  return exponent.kind === "product" && exponent.factors[0] === MINUS_ONE && isOne(exponent.factors[1]);
}

function isOne(value: Formula | undefined): boolean {
  return value?.kind === "number" && value.value.top === ONE.top && value.value.bottom === ONE.bottom;
}
