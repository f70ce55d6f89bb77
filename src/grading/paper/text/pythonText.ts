/** Python's text functions where they differ from JavaScript's, since the authors' grader is written in Python. */

/** Python's whitespace: JavaScript's without the byte order mark, plus four separators and "next line". */
const SPACE = new RegExp(String.raw`[\p{White_Space}\x1c-\x1f]`, "u");

const WORD = /[\p{L}\p{N}_]/u;
const DECIMAL = /\p{Nd}/u;

/** `str.isspace()` of one character. */
export function isSpace(character: string): boolean {
  return SPACE.test(character);
}

/** Returns true if a code point matches Python's `\w`. */
export function isWord(character: string): boolean {
  return WORD.test(character);
}

/** Returns true if a code point matches Python's `\d`: a decimal digit of any script. */
export function isDecimal(character: string): boolean {
  return DECIMAL.test(character);
}

/** Returns the code point that starts at an index, "" past the end. */
export function pointAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? "" : String.fromCodePoint(code);
}

/** Returns the code point that ends before an index, "" at the start. */
export function pointBefore(text: string, index: number): string {
  const pair = index >= 2 ? pointAt(text, index - 2) : "";
  return pair.length === 2 ? pair : text.slice(Math.max(index - 1, 0), index);
}

/** `str.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start++;
  while (end > start && isSpace(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `str.rstrip(characters)`. */
export function stripEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** `str.lstrip(characters)`. */
export function stripStart(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start++;
  return text.slice(start);
}

/** `str.split()`. */
export function words(text: string): string[] {
  return text.split(new RegExp(`${SPACE.source}+`, "u")).filter((word) => word !== "");
}

/** Converts decimal digits of any script to ASCII digits. */
function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** Value of a decimal digit; every block of digits starts at a zero and has ten code points. */
function digitValue(character: string): number {
  const code = Number(character.codePointAt(0));
  let zero = code;
  // Mathematical digits are five adjacent blocks.
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  while (code - zero < 9 && isDecimal(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/** Maximum digits that Python converts to an integer. */
const MAX_INT_DIGITS = 4300;

/** `int(text)`, or null if Python raises. */
export function parseInteger(text: string): bigint | null {
  const bare = asciiDigits(strip(text));
  if (!/^[+-]?\d+(?:_\d+)*$/.test(bare)) return null;
  const digits = bare.replace(/[+_-]/g, "");
  if (digits.length > MAX_INT_DIGITS) return null;
  const value = BigInt(digits);
  return bare.startsWith("-") ? -value : value;
}

/** `float(text)`, or null if Python raises. */
export function parseFloatText(text: string): number | null {
  const bare = asciiDigits(strip(text));
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(bare);
  if (special !== null) return special[2] === undefined ? NaN : special[1] === "-" ? -Infinity : Infinity;
  const digits = String.raw`\d+(?:_\d+)*`;
  const number = new RegExp(
    `^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[+-]?${digits})?$`,
    "i",
  );
  return number.test(bare) ? Number(bare.replaceAll("_", "")) : null;
}

/** `str(number)` of a finite Python float. */
export function floatText(value: number): string {
  const text = String(value);
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 16) return /[.e]/.test(text) ? text : `${text}.0`;
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const size = power.replace(/^[+-]/, "").padStart(2, "0");
  return `${mantissa}e${power.startsWith("-") ? "-" : "+"}${size}`;
}
