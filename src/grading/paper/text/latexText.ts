/** Converts LaTeX to plain text like pylatexenc, which the authors use: `\frac{1}{2}` -> "1/2", `\sqrt2` -> "√(2)". */
import { ACCENTS, inAlphabet, SIGNS } from "./latexSigns.ts";
import { isSpace, pointAt } from "./pythonText.ts";

/** LaTeX on which the library fails. */
class LatexError extends Error {}

/** Maximum depth of groups; more overflow the library's stack. */
const MAX_DEPTH = 150;

/** Macros whose argument is dropped. */
const DROPPED = new Set("texttt textsf textup textmd mbox ensuremath hspace color label".split(" "));
/** Macros replaced by their argument; most others are too, as an empty macro followed by a group. */
const SHOWN = new Set(
  "text textbf textit textrm emph mathrm textnormal textsc textsl overline underline".split(" "),
);
const MATRICES = new Set("pmatrix bmatrix array smallmatrix psmallmatrix bsmallmatrix".split(" "));
const DISPLAYS = new Set(
  "equation align gather multline eqnarray split displaymath"
    .split(" ")
    .flatMap((name) => [name, `${name}*`]),
);

const END = "\\end";
/** Valid names of environments. */
const ENVIRONMENT = /^[\w* .-]+$/;

/** Character sequences replaced by one character. */
const LIGATURES: readonly (readonly [string, string])[] = [
  ["---", "—"],
  ["--", "–"],
  ["``", "“"],
  ["''", "”"],
  ["!`", "¡"],
  ["?`", "¿"],
  ["~", "\u00a0"],
  ["&", "   "],
];

/** Returns the plain text. Throws an error where the library raises. */
export function latexToText(latex: string): string {
  return new Reader(latex).all();
}

class Reader {
  private at = 0;
  private depth = 0;
  /** Cache of groups by start: an incomplete fraction is read again, with everything in it. */
  private readonly groups = new Map<number, { readonly text: string; readonly end: number }>();

  constructor(private readonly latex: string) {}

  all(): string {
    let text = "";
    while (this.at < this.latex.length) {
      text += this.until((at) => this.latex[at] === "}");
      this.at++; // an unmatched closing brace
    }
    return text;
  }

  /** Reads up to, and excluding, the position at which `ends` is true, or to the end. */
  private until(ends: (at: number) => boolean): string {
    if (++this.depth > MAX_DEPTH) throw new LatexError("nested too deeply");
    let text = "";
    while (this.at < this.latex.length && !ends(this.at)) {
      const character = this.latex.charAt(this.at);
      text += character === "{" ? this.group() : character === "\\" ? this.macro() : this.characters(ends);
    }
    this.depth--;
    return text;
  }

  private group(): string {
    const start = this.at++;
    const known = this.groups.get(start);
    const text = known?.text ?? this.until((at) => this.latex[at] === "}");
    this.at = known?.end ?? this.at + 1;
    this.groups.set(start, { text, end: this.at });
    return text;
  }

  private characters(ends: (at: number) => boolean): string {
    const ligature = LIGATURES.find(([run]) => this.latex.startsWith(run, this.at));
    if (ligature !== undefined) {
      this.at += ligature[0].length;
      return ligature[1];
    }
    const start = this.at++;
    while (
      this.at < this.latex.length &&
      !"{}\\-`'!?~&]".includes(this.latex.charAt(this.at)) &&
      !ends(this.at)
    ) {
      this.at++;
    }
    return this.latex.slice(start, this.at);
  }

  /** Reads a macro name; spaces after a name of letters belong to it. */
  private name(): string {
    const start = ++this.at;
    while (/\p{L}/u.test(pointAt(this.latex, this.at))) this.at += pointAt(this.latex, this.at).length;
    const name = this.latex.slice(start, this.at);
    if (name !== "") {
      this.skipSpace();
      return name;
    }
    const sign = pointAt(this.latex, this.at);
    this.at += sign.length;
    return sign;
  }

  /** Skips white space up to the end of a paragraph. */
  private skipSpace(): void {
    let end = this.at;
    while (isSpace(this.latex.charAt(end))) end++;
    const paragraph = /\n[^\S\n]*\n/.exec(this.latex.slice(this.at, end));
    this.at = paragraph === null ? end : this.at + paragraph.index;
  }

  private macro(): string {
    const name = this.name();
    const start = this.at;
    if (name === "begin") return this.environment();
    if (name === "end") return this.braced() === null ? "\\end" : "";
    if (name === "[") return this.display("\\]");
    if (name === "left" || name === "right" || name === "(" || name === ")" || name === "]") return "";
    if (name === "\\") this.lineBreakOptions();
    const text = this.applied(name);
    if (text !== null) return text;
    if (name !== "\\") this.at = start; // an argument is missing: read the rest as text
    return SIGNS.get(name) ?? missing(name);
  }

  /** Skips a line break's star and extra height. */
  private lineBreakOptions(): void {
    if (this.latex[this.at] === "*") this.at++;
    if (this.latex[this.at] === "[") this.option();
  }

  /** Reads a macro with its arguments; null if it takes none or they are incomplete. */
  private applied(name: string): string | null {
    if (name === "frac" || name === "nicefrac") {
      const above = this.argument();
      const below = above === null ? null : this.argument();
      return above === null || below === null ? null : `${above}/${below}`;
    }
    if (name === "sqrt") {
      this.option();
      const radicand = this.argument();
      return radicand === null ? null : `√(${radicand})`;
    }
    const mark = ACCENTS.get(name);
    if (mark !== undefined) return accented(this.argument() ?? " ", mark);
    if (name === "verb") return this.verbatim();
    if (DROPPED.has(name)) return this.argument() === null ? null : "";
    const letters = inAlphabet(name, "") === null ? null : this.argument();
    if (letters !== null) return inAlphabet(name, letters);
    if (SHOWN.has(name)) return this.argument();
    if (name === "href") throw new LatexError("a link");
    return null;
  }

  /** Reads a group, a macro without arguments or one character; null at the end. */
  private argument(): string | null {
    this.skipSpace();
    const character = pointAt(this.latex, this.at);
    if (character === "") return null;
    if (character === "}") return "";
    if (character === "{") return this.group();
    if (character === "\\") {
      const name = this.name();
      return SIGNS.get(name) ?? missing(name);
    }
    const run = LIGATURES.find(([signs]) => this.latex.startsWith(signs, this.at));
    this.at += (run?.[0] ?? character).length;
    return character === "&" ? "" : (run?.[1] ?? character);
  }

  private option(): void {
    this.skipSpace();
    if (this.latex[this.at] !== "[") return;
    this.at++;
    this.until((at) => this.latex[at] === "]" || this.latex[at] === "}");
    if (this.latex[this.at] === "]") this.at++;
  }

  /** Reads a braced text that matches `plain`, or returns null. */
  private braced(plain = ENVIRONMENT): string | null {
    const start = this.at;
    this.skipSpace();
    const end = this.latex.indexOf("}", this.at);
    if (this.latex[this.at] !== "{" || end < 0) {
      this.at = start;
      return null;
    }
    const content = this.latex.slice(this.at + 1, end);
    if (!plain.test(content)) {
      this.at = start;
      return null;
    }
    this.at = end + 1;
    return content;
  }

  private verbatim(): string {
    const mark = pointAt(this.latex, this.at);
    if (mark === "") throw new LatexError("nothing verbatim");
    const end = this.latex.indexOf(mark, this.at + mark.length);
    if (end >= 0) this.at = end + mark.length;
    return "";
  }

  private display(close: string): string {
    const content = this.until((at) => this.latex.startsWith(close, at));
    this.at += close.length;
    return displayed(content);
  }

  /** Returns true if any environment ends at a position. */
  private closes(at: number): boolean {
    return (
      this.latex.startsWith(`${END}{`, at) &&
      /^\{[\w* .-]+\}/.test(this.latex.slice(at + END.length, at + 99))
    );
  }

  private environment(): string {
    const name = this.braced();
    if (name === null) return "\\begin";
    if (name === "array") this.braced(/^/);
    const start = this.at;
    const content = this.until((at) => this.latex[at] === "\\" && this.closes(at));
    if (this.at < this.latex.length) {
      this.at += END.length;
      this.braced();
    }
    if (DISPLAYS.has(name)) return displayed(content);
    return MATRICES.has(name) ? matrix(this.latex.slice(start, this.at), content) : content;
  }
}

function displayed(content: string): string {
  const lines = content.trim().split("\n");
  return `\n${lines.map((line) => `    ${line.trim()}`).join("\n")}\n`;
}

/** "[ 1 2; 3 4 ]" from cells separated by three spaces and rows separated by line breaks. */
function matrix(latex: string, content: string): string {
  if (latex === "") throw new LatexError("an empty matrix");
  const rows = content.split("\n").map((row) => row.split("   ").map((cell) => cell.trim()));
  return `[ ${rows.map((row) => row.join(" ")).join("; ")} ]`;
}

/** Text of a macro whose arguments are missing. */
function missing(name: string): string {
  if (name === "frac" || name === "nicefrac") return "%s/%s";
  if (name === "overline" || name === "underline") return "%s";
  if (name === "sqrt") throw new LatexError("a root of nothing");
  return "";
}

/** Adds a combining mark to every character. */
function accented(text: string, mark: string): string {
  return Array.from(text, (character) => (character + mark).normalize("NFC")).join("");
}
