/** Converts number words to digits: "sixty-four point zero five" -> "64.05". Other words are skipped. */
import { floatText, parseInteger, words } from "./pythonText.ts";

const SMALL = "zero one two three four five six seven eight nine ten".split(" ");
const TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES = ["billion", "million", "thousand"] as const;
const VALUES: ReadonlyMap<string, number> = new Map([
  ...[...SMALL, ...TEENS].map((word, value) => [word, value] as const),
  ...TENS.map((word, i) => [word, 20 + 10 * i] as const),
  ["hundred", 100],
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
]);

/** Converts a text of digits (dropping leading zeros) or number words to a number; returns any other text unchanged. */
export function numbersFromWords(text: string): string {
  const plain = text.replaceAll("-", " ").toLowerCase();
  if (/^[\p{Nd}\p{No}]+$/u.test(plain)) return String(parseInteger(plain) ?? text);
  const named = words(plain).filter((word) => VALUES.has(word) || word === "point");
  if (named.length === 0) return text;
  if (["point", ...SCALES].some((word) => named.indexOf(word) !== named.lastIndexOf(word))) return text;
  const point = named.indexOf("point");
  const whole = valueOf(point < 0 ? named : named.slice(0, point));
  if (whole === null) return text;
  const decimals = point < 0 ? [] : named.slice(point + 1);
  if (decimals.length === 0) return String(whole);
  const fraction = decimalsOf(decimals);
  return fraction === null ? String(whole) : floatText(whole + fraction);
}

/** "zero five" -> 0.05; null unless every word is a digit. */
function decimalsOf(decimals: readonly string[]): number | null {
  const digits = decimals.map((word) => SMALL.slice(0, 10).indexOf(word));
  return digits.includes(-1) ? null : Number(`0.${digits.join("")}`);
}

/** Returns the sum of billions, millions, thousands and the rest, or null if they are unordered or empty. */
function valueOf(named: readonly string[]): number | null {
  if (named.length <= 1) return named.reduce((sum, word) => sum + (VALUES.get(word) ?? 0), 0);
  let total = 0;
  let start = 0;
  let rest = 0; // start of the words after the smallest scale that is not the last word, as in the authors' code
  for (const scale of SCALES) {
    const at = named.indexOf(scale);
    if (at < 0) continue;
    const multiplier = groupValue(named.slice(start, at));
    if (at < start || multiplier === null) return null;
    total += multiplier * (VALUES.get(scale) ?? 0);
    start = at + 1;
    if (start < named.length) rest = start;
  }
  const isScaleAlone = start === named.length && rest === 0;
  return isScaleAlone ? total : total + (groupValue(named.slice(rest)) ?? 0);
}

/** "eight hundred nine" -> 809, depending on the number of words only; of more than four, the first counts. */
function groupValue(group: readonly string[]): number | null {
  const [first, second = 0, third = 0, fourth = 0] = group.map((word) => VALUES.get(word) ?? 0);
  if (first === undefined) return null;
  if (group.length === 2) return first === 100 || second === 100 ? first * second : first + second;
  if (group.length === 3 || group.length === 4) return first * second + third + fourth;
  return first;
}
