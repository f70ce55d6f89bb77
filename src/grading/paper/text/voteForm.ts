/** The normal form of extracted mathematical answers, by which the authors count votes. */
import { isDecimal, isWord, parseInteger, pointAt, pointBefore, strip, stripEnd } from "./pythonText.ts";
import { withoutUnits } from "./units.ts";
import { numbersFromWords } from "./wordNumbers.ts";

/** Text replacements, applied in order to all occurrences. */
type Replacements = readonly (readonly [string, string])[];

const LAYOUT: Replacements = [
  ["bmatrix", "pmatrix"],
  ["tfrac", "frac"],
  ["dfrac", "frac"],
  ["\\neq", "\\ne"],
  ["\\leq", "\\le"],
  ["\\geq", "\\ge"],
  ["\\left", ""],
  ["\\right", ""],
  ["\\{", "{"],
  ["\\}", "}"],
];
const SIGNS: Replacements = ["^{\\circ}", "^\\circ", "\\$", "$", "\\(", "\\)"].map((sign) => [sign, ""]);
const UNKNOWN_NAMES = ["x=", "y=", "z=", "x\\in", "y\\in", "z\\in", "x\\to", "y\\to", "z\\to"];
const VALUE: Replacements = [
  ...UNKNOWN_NAMES.map((name) => [name, ""] as const),
  ["\\emptyset", "{}"],
  ["(-\\infty,\\infty)", "\\mathbb{R}"],
  ["\\%", ""],
  ["%", ""],
  [" .", " 0."],
  ["{.", "{0."],
  ["infinity", "\\infty"],
];

/** Returns the normal form of an answer. */
export function voteForm(answer: string): string {
  let text = strip(answer).replaceAll("\n", "");
  text = stripEnd(text, ".").replaceAll("\\!", "");
  text = replaceSpans(text, "\\begin{array}{", "}", () => "\\begin{pmatrix}");
  text = replaceEach(text.replaceAll("\\end{array}", "\\end{pmatrix}"), LAYOUT);
  text = replaceEach(withoutUnits(withoutLastText(text)), SIGNS);
  text = replaceSpans(numbersFromWords(text), "\\text{", "}", (content) => content);
  text = replaceEach(text, VALUE);
  if (!text.includes("\\infty")) text = text.replaceAll("inf", "\\infty");
  text = text.replaceAll("and", "").replaceAll("\\mathbf", "");
  text = replaceSpans(text, "\\mbox{", "}", () => "");
  if (text.includes("j") && !text.includes("i")) text = text.replaceAll("j", "i");
  text = withoutLastZeroDecimals(withoutZeroDecimals(text));
  if (text.startsWith(".")) text = `0${text}`;
  text = bracedRoots(withoutShortName(text)).replaceAll(" ", "");
  return wholeFraction(bracedFractions(text), true);
}

/** Applies replacements in order. */
export function replaceEach(text: string, replacements: Replacements): string {
  return replacements.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
}

/** Replaces every span from `open` to the next `close` by a function of its content. Linear. */
function replaceSpans(
  text: string,
  open: string,
  close: string,
  replacement: (content: string) => string,
): string {
  let result = "";
  let copied = 0;
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, copied)) {
    const end = text.indexOf(close, start + open.length);
    if (end < 0) break;
    result += text.slice(copied, start) + replacement(text.slice(start + open.length, end));
    copied = end + close.length;
  }
  return result + text.slice(copied);
}

/** Removes everything from the first `\text{` if the text ends in a brace, unless nothing would be left. */
function withoutLastText(text: string): string {
  const start = text.endsWith("}") ? text.indexOf("\\text{") : -1;
  const rest = strip(start < 0 ? text : text.slice(0, start));
  return rest === "" ? text : rest;
}

/** "12.000x" -> "12x": removes zero decimals before another character; "3.50x" is kept. */
function withoutZeroDecimals(text: string): string {
  let result = "";
  let copied = 0;
  let free = 0; // end of the last replacement
  for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", Math.max(dot + 1, free))) {
    const before = pointBefore(text, dot);
    if (dot - before.length < free || !isDecimal(before)) continue;
    let end = dot + 1;
    while (text[end] === "0") end++;
    const after = pointAt(text, end);
    if (after === "" || isDecimal(after)) continue;
    result += text.slice(copied, dot);
    copied = end;
    free = end + after.length;
  }
  return result + text.slice(copied);
}

/** "12.000" -> "12" at the end of the text; "3.50" is kept. */
function withoutLastZeroDecimals(text: string): string {
  let dot = text.length - 1;
  while (text[dot] === "0") dot--;
  return text[dot] === "." && isDecimal(pointBefore(text, dot)) ? text.slice(0, dot) : text;
}

/** "x=5" -> "5", if there is exactly one "=" and at most two characters before it. */
export function withoutShortName(text: string): string {
  const at = text.indexOf("=");
  if (at < 0 || text.includes("=", at + 1)) return text;
  return Array.from(text.slice(0, Math.min(at, 5))).length <= 2 ? text.slice(at + 1) : text;
}

/** `\sqrt2` -> `\sqrt{2}`, up to the last word character. */
function bracedRoots(text: string): string {
  const [first = "", ...rest] = text.split("\\sqrt");
  return rest.reduce((result, part) => {
    let end = 0;
    for (const point of part) {
      if (!isWord(point)) break;
      end += point.length;
    }
    return `${result}\\sqrt${end === 0 ? "" : `{${part.slice(0, end)}}`}${part.slice(end)}`;
  }, first);
}

/** `\frac12` -> `\frac{1}{2}`; returns the text unchanged if a fraction has fewer than two characters after it. */
export function bracedFractions(text: string): string {
  const [first = "", ...parts] = text.split("\\frac");
  const braced = parts.map((part) => {
    if (part.startsWith("{")) return part;
    const above = pointAt(part, 0);
    const below = pointAt(part, above.length);
    if (below === "") return null;
    const rest = part.slice(above.length + below.length);
    return below === "{" ? `{${above}}{${rest}` : `{${above}}{${below}}${rest}`;
  });
  return braced.includes(null) ? text : [first, ...braced].join("\\frac");
}

/** "3/4" -> `\frac{3}{4}`, for plain integers and, if `allowsRoots`, parts with "sqrt". */
export function wholeFraction(text: string, allowsRoots: boolean): string {
  const [above = "", below, ...more] = text.split("/");
  if (below === undefined || more.length > 0) return text;
  const plain = (part: string): boolean =>
    (allowsRoots && part.includes("sqrt")) || String(parseInteger(part)) === part;
  return plain(above) && plain(below) ? `\\frac{${above}}{${below}}` : text;
}
