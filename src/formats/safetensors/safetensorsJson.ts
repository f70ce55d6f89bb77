/**
 * Strict parser of the JSON in safetensors headers: objects (two levels), strings and lists of unsigned integers.
 * `JSON.parse` would silently keep the last of duplicate keys, so that readers could see different models in one file, and
 * would accept 1e3 and -0 as sizes.
 */

/** Value of a header member. */
export type HeaderValue = string | number[] | Map<string, HeaderValue>;

/** A header does not match the grammar. */
export class HeaderSyntaxError extends Error {
  override readonly name = "HeaderSyntaxError";
}

/** Parses a header into a `Map`, in which `__proto__` is an ordinary key. Throws `HeaderSyntaxError`. */
export function parseHeaderJson(text: string): Map<string, HeaderValue> {
  return new HeaderParser(text).parse();
}

/** Quotes and shortens a name for an error. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}

class HeaderParser {
  /** Index of the next character. */
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): Map<string, HeaderValue> {
    if (this.text[0] !== "{") this.reject("'{'"); // the format does not allow leading spaces
    this.at = 1;
    const root = this.object(0);
    this.skipSpace();
    return this.at === this.text.length ? root : this.reject("the end of the header");
  }

  private object(depth: number): Map<string, HeaderValue> {
    const members = new Map<string, HeaderValue>();
    if (this.take("}")) return members;
    do {
      const key = this.string();
      if (members.has(key)) throw new HeaderSyntaxError(`the key ${quote(key)} occurs twice`);
      if (!this.take(":")) this.reject("':'");
      members.set(key, this.value(depth));
    } while (this.take(","));
    return this.take("}") ? members : this.reject("',' or '}'");
  }

  private value(depth: number): HeaderValue {
    if (this.take("[")) return this.integers();
    if (depth === 0 && this.take("{")) return this.object(1);
    return this.string();
  }

  private integers(): number[] {
    const values: number[] = [];
    if (this.take("]")) return values;
    do values.push(this.integer());
    while (this.take(","));
    return this.take("]") ? values : this.reject("',' or ']'");
  }

  private integer(): number {
    this.skipSpace();
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    const digits = this.text.slice(start, this.at);
    const value = Number(digits);
    if (/^(0|[1-9][0-9]*)$/.test(digits) && Number.isSafeInteger(value)) return value;
    this.at = start;
    return this.reject("an unsigned integer below 2^53");
  }

  private string(): string {
    if (!this.take('"')) this.reject("a string");
    const start = this.at - 1;
    while (this.at < this.text.length && this.text[this.at] !== '"')
      this.at += this.text[this.at] === "\\" ? 2 : 1;
    this.at++;
    const value = unescaped(this.text.slice(start, this.at));
    if (value !== null) return value;
    this.at = start;
    return this.reject("a well-formed string");
  }

  /** Consumes `mark` if it comes next. */
  private take(mark: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  private reject(expected: string): never {
    throw new HeaderSyntaxError(`${expected} expected at character ${this.at}`);
  }
}

/** Returns the value of a quoted string; null if it is not JSON or has a lone surrogate. */
function unescaped(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" && !/\p{Surrogate}/u.test(value) ? value : null;
  } catch {
    return null;
  }
}

/** False for NaN, the code past the end of the text. */
function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
