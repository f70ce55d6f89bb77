/** Extracts the answer of a response verbatim. Only linear scans, since a response may be any text. */
import type { Task } from "../grader.ts";

/** Returns the stated answer, or null. A number that merely occurs in the text is not an answer. */
export function statedAnswer(text: string, task: Task): string | null {
  const plain = withoutSpecialTokens(text);
  const boxed = lastBoxed(plain);
  if (task === "math") return boxed ?? afterAnnouncement(plain);
  if (boxed !== null) return choiceOf(boxed);
  return choiceAfterAnswer(plain) ?? choiceOf(plain);
}

/** Removes special tokens such as <|im_end|>. */
function withoutSpecialTokens(text: string): string {
  return text.replace(/<\|[\w-]{1,40}\|>|<\/?s>/g, "");
}

/** Returns the content of the last complete `\boxed{...}` with balanced braces; null if there is none. */
function lastBoxed(text: string): string | null {
  const opening = "\\boxed{";
  const open: number[] = []; // per open brace: start of its box, or -1 if it is not a box
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

/** Maximum length of an announced answer. */
const MAX_ANSWER = 400;

/** Announcements of an answer: "answer is", followed by a value, or the heading "Answer:", which may be followed by working. */
const ANNOUNCEMENT = /answer is|答案(?:是|为)|(answer|答案)(?:\*\*)?[:：]/gi;

/** Text after a heading that counts as an answer: a value, x = ..., or one or two words. */
const VALUE = /^(?:[^a-z]*|[-+\d\\$({[.|].*|[a-z]['_{}\d]*\s*=.*|[a-z]+(?:[ -][a-z]+)?\W*)$/i;
/** Maximum length of an answer after a heading. */
const MAX_VALUE = 80;

/** Returns the text after the last announcement up to the end of the sentence or line; null for a truncated box. */
function afterAnnouncement(text: string): string | null {
  let [start, isHeading] = [-1, false];
  for (const { index, 0: phrase, 1: heading } of text.matchAll(ANNOUNCEMENT)) {
    [start, isHeading] = [index + phrase.length, heading !== undefined];
  }
  if (start < 0) return null;
  const rest = text.slice(start, start + MAX_ANSWER).replace(/\n.*/s, "");
  const stated = statedIn(rest);
  const isValue = stated !== null && stated.length <= MAX_VALUE && VALUE.test(stated);
  return isHeading && !isValue ? null : stated;
}

/** Returns the value at the beginning of a sentence. */
function statedIn(rest: string): string | null {
  const sentence = /^[:：\s]*(.*?)(?:\.\s|。|\.?\s*$)/.exec(rest)?.[1] ?? null;
  if (sentence === null || sentence.includes("\\boxed")) return null;
  const set = /\$([^$]+)\$/.exec(sentence)?.[1];
  return (
    set ?? sentence.replace(/\*\*/g, "").replace(/,? (?:because|since|which|where|when|so|as)\b.*$/i, "")
  );
}

/** Returns the letter announced by "answer is X" or "Answer: (x)". */
function choiceAfterAnswer(text: string): string | null {
  let letter: string | null = null;
  const named =
    /answer(?: is)?[:\s*]{1,8}(?:option |choice )?[*$(]{0,4}(?:\\text\{)?\(?([A-Da-d])(?![A-Za-z'])/gi;
  for (const { 1: found = "", index } of text.matchAll(named)) {
    const isArticle =
      found === "a" &&
      /^ +[a-z]/.test(
        text
          .slice(index)
          .replace(/^.*?\ba\b/s, "")
          .slice(0, 40),
      );
    if (!isArticle) letter = found.toUpperCase();
  }
  return letter;
}

/** Returns the last standalone letter A-D; lower case only if it is the whole text, since "a" is usually an article. */
export function choiceOf(text: string): string | null {
  const letters = text.match(/(?<![A-Za-z\d_])[A-D](?![A-Za-z\d_])/g);
  const lone = /^[\s({\\text]*([a-d])[\s)}.]*$/.exec(text.slice(0, 20))?.[1] ?? null;
  return letters?.at(-1) ?? lone?.toUpperCase() ?? null;
}
