/** The normal form of the second comparison: plain lower-case text without units, LaTeX and spaces. */
import { unwrapText } from "./hendrycks.ts";
import { replaceEach } from "./voteForm.ts";
import { latexToText } from "./latexText.ts";
import { parseFloatText, strip } from "./pythonText.ts";

const UNITS = "degree cm centimeter meter mile second minute hour day week month year foot feet inch yard"
  .split(" ")
  .map((unit) => new RegExp(`${unit}(?:es)?s?(?: *\\^[0-9]+| *)`, "g"));

/** Returns the normal form of an answer. */
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

/** Converts LaTeX to plain text in the formula parser's characters; returns the text unchanged if that fails. */
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

/** Returns the digits of a float within 1e-7 of an integer; null for any other text. */
function wholeNumber(text: string, toInteger: (value: number) => number): string | null {
  const value = parseFloatText(text);
  if (value === null || !Number.isFinite(value)) return null;
  // Rounding of halves does not matter: they are not integers.
  return Math.abs(value - Math.round(value)) <= 1e-7 ? BigInt(toInteger(value)).toString() : null;
}

/** Returns true if a text, without thousands separators, is a float within 1e-7 of an integer. */
export function isWhole(text: string): boolean {
  return wholeNumber(withoutThousands(text), Math.round) !== null;
}

/**
 * "1,234" -> "1234": removes commas between a digit and exactly three digits, but not those of tuples. As in the original,
 * a comma that ends one match cannot start the next in the same pass.
 */
export function withoutThousands(text: string): string {
  for (let rest = text; ;) {
    const next = rest.replace(/(\p{Nd}),(\p{Nd}{3})($|\P{Nd})/gu, "$1$2$3");
    if (next === rest) return rest;
    rest = next;
  }
}
