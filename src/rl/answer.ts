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

/** Content of the last complete `\boxed{...}`, braces balanced; null when there is none. */
function lastBoxed(text: string): string | null {
  const opening = "\\boxed{";
  const start = text.lastIndexOf(opening);
  if (start < 0) return null;
  let depth = 1;
  for (let i = start + opening.length; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}") depth--;
    if (depth === 0) return text.slice(start + opening.length, i);
  }
  return null; // cut off inside the box: not an answer
}

/** What follows the last "answer is", up to the end of the sentence or line. */
function afterAnswerIs(text: string): string | null {
  const phrase = "answer is";
  const start = text.toLowerCase().lastIndexOf(phrase);
  if (start < 0) return null;
  const rest = text.slice(start + phrase.length).split("\n", 1)[0] ?? "";
  const sentence = /^[:\s]*(.*?)(?:\.\s|\.?\s*$)/.exec(rest.slice(0, 400)); // an answer is short
  return sentence?.[1] ?? null;
}

/** The last letter A-D that stands alone. Capitals only, so that the article "a" is no choice. */
function choiceOf(text: string): Answer {
  const letters = text.match(/(?<![A-Za-z])[A-D](?![A-Za-z])/g);
  return letters?.at(-1) ?? null;
}

function nonEmpty(text: string): Answer {
  return text === "" ? null : text;
}

/** One spelling for answers that differ only in dress: spaces, dollars, thousands commas, leading or trailing zeros. */
function canonicalMath(text: string): string {
  const bare = text
    .trim()
    .replace(/^\$+|\$+$/g, "")
    .replace(/\\[dt]frac/g, "\\frac")
    .replace(/\\(?:left|right|!|,|;)/g, "")
    .replace(/\s+/g, "")
    .replace(/\.$/, "");
  const digits = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
  return /^[+-]?\d+(?:\.\d+)?$/.test(digits) ? canonicalDecimal(digits) : digits;
}

/** "007" -> "7", "12.50" -> "12.5", "-0" -> "0": by text, so that no digit is lost to rounding. */
function canonicalDecimal(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  const kept =
    whole.replace(/^0+(?=\d)/, "") + (fraction.replace(/0+$/, "") && `.${fraction.replace(/0+$/, "")}`);
  return negative && kept !== "0" ? `-${kept}` : kept;
}
