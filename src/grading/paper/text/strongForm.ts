/** The second comparison's normal form: plain text without units, LaTeX, spaces and capitals. */
import { unwrapText } from "./hendrycks.ts";
import { replaceEach } from "./answerText.ts";
import { latexToText } from "./latexText.ts";
import { parseFloatText, strip } from "./pythonText.ts";

const UNITS = [
  ...[
    "degree",
    "cm",
    "centimeter",
    "meter",
    "mile",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
  ],
  ...["foot", "feet", "inch", "yard"],
].map((unit) => new RegExp(`${unit}(?:es)?s?(?: *\\^[0-9]+| *)`, "g"));

/** The normal form of an answer. */
export function strongForm(answer: string): string {
  let text = replaceEach(unwrapText(answer), [
    ["\\%", "%"],
    ["\\$", "$"],
    ["$", ""],
    ["%", ""],
    [" or ", " , "],
    [" and ", " , "],
    ["million", "*10^6"],
    ["billion", "*10^9"],
    ["trillion", "*10^12"],
  ]);
  text = UNITS.reduce((rest, unit) => rest.replace(unit, ""), text).replace(/\^ *\\circ/g, "");
  if (text.startsWith("{") && text.endsWith("}")) text = text.slice(1, -1);
  text = text.replace(/,\\! */g, "");
  text = wholeNumber(text, Math.round) ?? text;
  if (text.includes("\\")) text = withoutLatex(text);
  text = text.replace(/- +/g, "-").replace(/([0-9]) +([0-9])/g, "$1+$2");
  text = text.replace(/[ {}]/g, "").toLowerCase();
  return isWhole(text) ? (wholeNumber(text.replaceAll(",", ""), Math.trunc) ?? text) : text;
}

/** Plain text of LaTeX, in the characters the formula reader knows; the text itself where the LaTeX cannot be read. */
function withoutLatex(text: string): string {
  const latex = replaceEach(text, [
    ["\\tfrac", "\\frac"],
    ["\\dfrac", "\\frac"],
    ["\\frac", " \\frac"],
  ]);
  try {
    const plain = replaceEach(latexToText(latex), [
      ["√", "sqrt"],
      ["π", "pi"],
      ["∞", "inf"],
      ["∪", "U"],
      ["·", "*"],
      ["×", "*"],
    ]);
    return strip(plain);
  } catch {
    return text;
  }
}

/** A float within 1e-7 of an integer in digits; null for any other text. */
function wholeNumber(text: string, toInteger: (value: number) => number): string | null {
  const value = parseFloatText(text);
  if (value === null || !Number.isFinite(value)) return null;
  // Halves are no integers whichever way they are rounded.
  return Math.abs(value - Math.round(value)) <= 1e-7 ? BigInt(toInteger(value)).toString() : null;
}

/** Whether a text is an integer to the authors: as a float, thousands commas removed, within 1e-7. */
export function isWhole(text: string): boolean {
  return wholeNumber(withoutThousands(text), Math.round) !== null;
}

/**
 * "1,234" -> "1234": commas between a digit and exactly three digits; commas of tuples stay. As in the original, a
 * pass that has just used a comma as the end of one group does not see it as the start of the next.
 */
export function withoutThousands(text: string): string {
  for (let rest = text; ;) {
    const next = rest.replace(/(\p{Nd}),(\p{Nd}{3})($|\P{Nd})/gu, "$1$2$3");
    if (next === rest) return rest;
    rest = next;
  }
}
