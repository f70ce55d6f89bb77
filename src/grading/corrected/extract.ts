/** Response text -> the answer it states, as it is spelled there. Linear scans only: a response may be anything. */
import type { Task } from "../grader.ts";

/** The stated answer, or null when there is none. A number that merely stands in the text is no answer. */
export function statedAnswer(text: string, task: Task): string | null {
  const plain = withoutSpecialTokens(text);
  const boxed = lastBoxed(plain);
  if (task === "math") return boxed ?? afterAnnouncement(plain);
  if (boxed !== null) return choiceOf(boxed);
  return choiceAfterAnswer(plain) ?? choiceOf(plain);
}

/** <|im_end|> and its like are the end of a response, not part of an answer. */
function withoutSpecialTokens(text: string): string {
  return text.replace(/<\|[\w-]{1,40}\|>|<\/?s>/g, "");
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

/** An answer is short. */
const LONGEST = 400;

/** How an answer is announced: "answer is", which has a value after it, or a heading, which may have working. */
const ANNOUNCEMENT = /answer is|答案(?:是|为)|(answer|答案)(?:\*\*)?[:：]/gi;

/** What a heading is taken for the announcement of: what begins as a value or says x = ..., or one or two words. */
const VALUE = /^(?:[^a-z]*|[-+\d\\$({[.|].*|[a-z]['_{}\d]*\s*=.*|[a-z]+(?:[ -][a-z]+)?\W*)$/i;
/** Values of a heading are shorter than sentences. */
const LONGEST_VALUE = 80;

/** What follows the last announcement, up to the end of the sentence or line; null when it is a box cut off. */
function afterAnnouncement(text: string): string | null {
  let [start, isHeading] = [-1, false];
  for (const { index, 0: phrase, 1: heading } of text.matchAll(ANNOUNCEMENT)) {
    [start, isHeading] = [index + phrase.length, heading !== undefined];
  }
  if (start < 0) return null;
  const rest = text.slice(start, start + LONGEST).split("\n", 1)[0] ?? "";
  const stated = statedIn(rest);
  const isValue = stated !== null && stated.length <= LONGEST_VALUE && VALUE.test(stated);
  return isHeading && !isValue ? null : stated;
}

/** The value that a sentence begins with. */
function statedIn(rest: string): string | null {
  const sentence = /^[:：\s]*(.*?)(?:\.\s|。|\.?\s*$)/.exec(rest)?.[1] ?? null;
  if (sentence === null || sentence.includes("\\boxed")) return null;
  const set = /\$([^$]+)\$/.exec(sentence)?.[1];
  return (
    set ?? sentence.replace(/\*\*/g, "").replace(/,? (?:because|since|which|where|when|so|as)\b.*$/i, "")
  );
}

/** "answer is X", "Answer: (x)": the letter a response names as its answer. */
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

/** The last letter A-D that stands alone. Capitals only, so that the article "a" is no choice. */
export function choiceOf(text: string): string | null {
  const letters = text.match(/(?<![A-Za-z\d_])[A-D](?![A-Za-z\d_])/g);
  const lone = /^[\s({\\text]*([a-d])[\s)}.]*$/.exec(text.slice(0, 20))?.[1] ?? null;
  return letters?.at(-1) ?? lone?.toUpperCase() ?? null;
}
