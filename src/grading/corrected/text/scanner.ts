/** Scanner of a normalised answer. */
import { OverBudget } from "../../overBudget.ts";
import { Unreadable } from "../value/tree.ts";

const MAX_LEVEL = 100;

export class Scanner {
  private at = 0;
  private level = 0;
  /** Number of open brackets: inside them a comma is a separator, outside it may group digits. */
  brackets = 0;
  /** Number of open arguments of trigonometric functions: inside them a degree sign is an angle. */
  angles = 0;

  constructor(private readonly text: string) {}

  private skip(): void {
    while (this.text[this.at] === " " || this.text[this.at] === "\u2009") this.at++;
  }

  /** Returns the next non-space character, or "" at the end. */
  peek(): string {
    this.skip();
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  /** Consumes and returns the next character if it is one of `signs`; else returns "". */
  take(signs: string): string {
    const next = this.peek();
    if (next === "" || !signs.includes(next)) return "";
    this.at += next.length;
    return next;
  }

  /** Returns true if `sign` comes next. */
  follows(sign: string): boolean {
    this.skip();
    return this.text.startsWith(sign, this.at);
  }

  /** Consumes `sign` if it comes next. */
  accept(sign: string): boolean {
    if (!this.follows(sign)) return false;
    this.at += sign.length;
    return true;
  }

  expect(sign: string): void {
    if (!this.accept(sign)) throw new Unreadable(`no ${sign}`);
  }

  /** Consumes and returns the match of a sticky pattern. */
  match(pattern: RegExp): RegExpExecArray | null {
    this.skip();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  /** Returns true if a sticky pattern matches here. */
  sees(pattern: RegExp): boolean {
    this.skip();
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Reads a nested expression. Throws `OverBudget` beyond the maximum depth. */
  nested<T>(read: () => T): T {
    if (++this.level > MAX_LEVEL) throw new OverBudget("nested too deeply");
    const result = read();
    this.level--;
    return result;
  }
}
