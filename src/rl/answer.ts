/** Response text -> canonical answer. Linear scans only: a response is outside input and may be anything. */
import type { Answer, Task } from "./types.ts";

/** The answer a response gives, in canonical spelling, or null when it gives none. */
export function extractAnswer(text: string, task: Task): Answer {
  const stated = lastBoxed(text) ?? afterAnswerIs(text);
  if (task === "gpqa") return choiceOf(stated ?? text);
  return stated === null ? null : nonEmpty(canonicalMath(stated));
}

/** Whether a canonical answer says the same as a true answer of the data set. */
export function answersEqual(answer: string, truth: string, task: Task): boolean {
  if (task === "gpqa") return choiceOf(answer) === choiceOf(truth);
  return answer === canonicalMath(truth);
}

/** Content of the `\boxed{...}` that starts last among the complete ones, braces balanced; null when there is none. */
function lastBoxed(text: string): string | null {
  const opening = "\\boxed{";
  const open: number[] = []; // of each brace not closed yet, where its box starts, or -1 when it opens none
  let last = { start: -1, end: -1 };
  for (let i = 0; i < text.length; i++) {
    const start = i + 1;
    if (text[i] === "{") {
      open.push(text.startsWith(opening, start - opening.length) ? start : -1);
    } else if (text[i] === "}") {
      const box = open.pop() ?? -1;
      if (box > last.start) last = { start: box, end: i };
    }
  }
  return last.start < 0 ? null : text.slice(last.start, last.end);
}

/** What follows the last "answer is", up to the end of the sentence or line; null when it is a box cut off. */
function afterAnswerIs(text: string): string | null {
  let start = -1;
  for (const { index, 0: phrase } of text.matchAll(/answer is/gi)) start = index + phrase.length;
  if (start < 0) return null;
  const rest = text.slice(start, start + 400).split("\n", 1)[0] ?? ""; // an answer is short
  const sentence = /^[:\s]*(.*?)(?:\.\s|\.?\s*$)/.exec(rest)?.[1] ?? null;
  return sentence?.includes("\\boxed") === true ? null : sentence;
}

/** The last letter A-D that stands alone. Capitals only, so that the article "a" is no choice. */
function choiceOf(text: string): Answer {
  const letters = text.match(/(?<![A-Za-z])[A-D](?![A-Za-z])/g);
  return letters?.at(-1) ?? null;
}

function nonEmpty(text: string): Answer {
  return text === "" ? null : text;
}

/** What answers that say the same may differ in: spaces, dollars, percent and degree signs, ways to set a fraction. */
const DRESS: readonly (readonly [RegExp, string])[] = [
  [/\s+|\\(?:left|right|!|,|;)|\\?[$%]|\^\{?\\circ\}?/g, ""],
  [/\\[dt]frac/g, "\\frac"],
  [/\\frac(\d)(\d)/g, "\\frac{$1}{$2}"],
  [/\.$/, ""],
  [/^\\text\{([^{}]*)\}$/, "$1"],
  [/^[a-z]=/i, ""],
  [/^\+/, ""],
  [/^(-?)\.(?=\d)/, "$10."],
  [/^(-?)(\d+)\/(\d+)$/, "$1\\frac{$2}{$3}"],
];

/** One spelling for answers that differ only in dress, thousands commas, leading or trailing zeros. */
function canonicalMath(text: string): string {
  const bare = DRESS.reduce((dressed, [pattern, plain]) => dressed.replace(pattern, plain), text);
  const digits = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
  return /^-?\d+(?:\.\d+)?$/.test(digits) ? canonicalDecimal(digits) : digits;
}

/** "007" -> "7", "12.50" -> "12.5", "-0" -> "0": by text, so that no digit is lost to rounding. */
function canonicalDecimal(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.slice(Number(negative)).split(".");
  let length = fraction.length; // a pattern like /0+$/ would take quadratic time on zeros before another digit
  while (length > 0 && fraction[length - 1] === "0") length--;
  const kept = whole.replace(/^0+(?=\d)/, "") + (length > 0 ? `.${fraction.slice(0, length)}` : "");
  return negative && kept !== "0" ? `-${kept}` : kept;
}
