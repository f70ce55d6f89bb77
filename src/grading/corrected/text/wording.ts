/** Words in an answer: units after a value, and answers that are words. */

/** Units that are removed after a value. No single letters: 2m is two times m. */
const UNITS = [
  ...["degrees?", "deg", "radians?", "rad", "percent", "dollars?", "cents?", "usd", "units?", "points?"],
  ...["millimet(?:er|re)s?", "centimet(?:er|re)s?", "kilomet(?:er|re)s?", "met(?:er|re)s?", "[mck]m", "nm"],
  ...["inch(?:es)?", "foot", "feet", "ft", "yards?", "yd", "miles?", "mi", "mph", "k[mp]h", "km/h"],
  ...["seconds?", "sec", "minutes?", "min", "hours?", "hrs?", "days?", "weeks?", "months?", "years?"],
  ...["grams?", "kilograms?", "[km]g", "pounds?", "lbs?", "ounces?", "oz", "tons?", "lit(?:er|re)s?", "ml"],
  ...["gallons?", "quarts?", "pints?", "cups?", "joules?", "watts?", "volts?", "newtons?", "hertz", "hz"],
  ...["square", "squared", "cubic", "cubed", "sq", "per", "times", "ways?", "people"],
];
const TRAILING_UNIT = new RegExp(
  `(?<=[\\d})°πa-z] |[\\d})°π])(?:${UNITS.join("|")})(?: ?\\^ ?(?:\\d|\\{ ?-?\\d ?\\}))?\\.?$`,
);
/** Any other word after a value and a space: "12 marbles". */
const TRAILING_WORD = /(?<=[\d})°π] )(?=[a-z]*[aeiou])[a-z]{4,20}\.?$/;

/** Removes trailing units, e.g. "5 cm per second" -> "5". */
export function withoutUnits(text: string): string {
  let rest = text;
  for (let words = 0; words < 4; words++) {
    const shorter = rest.replace(TRAILING_UNIT, "").replace(TRAILING_WORD, "").trimEnd();
    if (shorter === rest || shorter === "") break;
    rest = shorter;
  }
  return rest;
}

const SHORT_WORDS = new Set(["no", "on", "up", "am", "pm", "it", "he", "we", "us", "so", "if", "as"]);
const FORMULA_WORDS = /^(?:sin|cos|tan|cot|sec|csc|ln|log|lg|exp|sqrt|pi|inf|infinity|arc(?:sin|cos|tan))\b/;

/** Returns true if an answer is words rather than a product of variables: "ellipse", but not "xy" or "cos x". */
export function isWording(text: string): boolean {
  if (!/^[\p{L}' .-]{2,}$/u.test(text) || FORMULA_WORDS.test(text)) return false;
  const [first = ""] = /^\p{L}+/u.exec(text) ?? [];
  if (SHORT_WORDS.has(first)) return true;
  return /\p{L}{3}/u.test(text) && /[aeiou\u0080-\uffff]/.test(text);
}

/** Returns the text by which answers are compared literally: without spaces, markers and final punctuation. */
export function bareText(text: string): string {
  return text.replace(/[\s‹›`]/g, "").replace(/(?<![.,;:])[.,;:]$/, "");
}
