/** A position in a normalised answer. */
import { OverBudget } from "./rational.ts";

/** Thrown when a text is no formula: it is compared as text. */
export class Unreadable extends Error {}

const MAX_LEVEL = 100;

export class Scanner {
  private at = 0;
  private level = 0;
  /** How many brackets are open: inside them a comma separates, outside it may group digits. */
  brackets = 0;
  /** How many arguments of trigonometric functions are open: inside them a degree is an angle. */
  angles = 0;

  constructor(private readonly text: string) {}

  private skip(): void {
    while (this.text[this.at] === " " || this.text[this.at] === "\u2009") this.at++;
  }

  /** The next character that is no space, or "" at the end. */
  peek(): string {
    this.skip();
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  /** The next character when it is one of `signs`, and moves over it; else "". */
  take(signs: string): string {
    const next = this.peek();
    if (next === "" || !signs.includes(next)) return "";
    this.at += next.length;
    return next;
  }

  /** Whether `sign` comes next. */
  follows(sign: string): boolean {
    this.skip();
    return this.text.startsWith(sign, this.at);
  }

  /** Moves over `sign` when it comes next. */
  accept(sign: string): boolean {
    if (!this.follows(sign)) return false;
    this.at += sign.length;
    return true;
  }

  expect(sign: string): void {
    if (!this.accept(sign)) throw new Unreadable(`no ${sign}`);
  }

  /** What a sticky pattern matches here; moves over it. */
  match(pattern: RegExp): RegExpExecArray | null {
    this.skip();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  /** Whether a sticky pattern matches here. */
  sees(pattern: RegExp): boolean {
    this.skip();
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Reads something nested, to a bounded depth. */
  nested<T>(read: () => T): T {
    if (++this.level > MAX_LEVEL) throw new OverBudget("nested too deeply");
    const result = read();
    this.level--;
    return result;
  }
}
