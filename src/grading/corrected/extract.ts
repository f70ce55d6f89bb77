/** Extracts the answer of a response verbatim, by an answer format. Only linear scans, since a response may be any text. */
import { AUTO, lastCapture } from "../answerFormat.ts";
import type { Task } from "../grader.ts";
import { announcedAnswer, markedAnswer } from "./announced.ts";
import { announcedChoice, choiceOf } from "./choice.ts";

/** Returns the stated answer, or null; of multiple choice its letter, which is that of one of the options. */
export function statedAnswer(text: string, task: Task, format: string, options?: number): string | null {
  const plain = text.replace(/<\|[\w-]{1,40}\|>|<\/?s>/g, ""); // special tokens such as <|im_end|>
  if (format === AUTO) return task === "math" ? freeAnswer(plain) : letterOf(plain, options);
  const found = foundBy(plain, format, options);
  return found === null || task === "math" ? found : choiceOf(found, options);
}

/** A part of a text. */
interface Found {
  readonly content: string;
  readonly end: number;
}

/** Returns the last box or pair of answer tags, else what is announced. A number that merely occurs is no answer. */
function freeAnswer(text: string): string | null {
  const box = lastBoxed(text);
  const tag = lastTagged(text, "answer");
  if (tag !== null && tag.end > (box?.end ?? -1)) return contentOf(tag.content);
  return box?.content ?? announcedAnswer(text);
}

function letterOf(text: string, options?: number): string | null {
  const tag = lastTagged(text, "answer");
  const box = lastBoxed(text);
  for (const found of [tag, box].sort((a, b) => (b?.end ?? -1) - (a?.end ?? -1))) {
    const letter = found === null ? null : choiceOf(found.content, options);
    if (letter !== null) return letter;
  }
  return announcedChoice(text, options) ?? (box === null && tag === null ? choiceOf(text, options) : null);
}

function foundBy(text: string, format: string, options?: number): string | null {
  switch (format) {
    case "boxed":
      return lastBoxed(text)?.content ?? null;
    case "hash":
      return markedAnswer(text);
    case "letter":
      return letterOf(text, options);
    case "last-number":
      return lastNumber(text);
    case "last-line":
      return contentOf(text.split("\n").findLast((line) => /[^\s*_$`#-]/.test(line)) ?? "");
    default: {
      const parameter = format.slice(format.indexOf(":") + 1);
      if (format.startsWith("regex:")) return lastCapture(text, parameter);
      const tag = lastTagged(text, parameter);
      return tag === null ? null : contentOf(tag.content);
    }
  }
}

/** Returns the content of the last complete `\boxed{...}` or `\fbox{...}` that is not empty; null if there is none. */
function lastBoxed(text: string): Found | null {
  const open: number[] = []; // per open brace: start of its box, or -1 if it is not a box
  let last = { start: -1, end: -1 };
  for (let i = 0; i < text.length; i++) {
    if (text[i - 1] === "\\" || (text[i] !== "{" && text[i] !== "}")) continue;
    if (text[i] === "{") {
      open.push(/\\(?:boxed|fbox) ?$/.test(text.slice(Math.max(0, i - 8), i)) ? i + 1 : -1);
    } else {
      const box = open.pop() ?? -1;
      if (box > last.start && text.slice(box, i).trim() !== "") last = { start: box, end: i };
    }
  }
  return last.start < 0 ? null : { content: text.slice(last.start, last.end), end: last.end };
}

/** Returns the content of the last complete <name>...</name>. */
function lastTagged(text: string, name: string): Found | null {
  let [start, last] = [-1, null as Found | null];
  for (const { index, 0: tag, 1: slash } of text.matchAll(new RegExp(`<(/?)${name}\\s?[^<>]{0,80}>`, "gi"))) {
    if (slash === "") start = index + tag.length;
    else if (start >= 0) [last, start] = [{ content: text.slice(start, index), end: index }, -1];
  }
  return last;
}

/** Maximum length of the content of a tag or a line that is an answer as a whole. */
const MAX_CONTENT = 400;

/** Returns the answer within a tag or a line: boxed, announced, or all of it. */
function contentOf(text: string): string | null {
  const content = text.trim();
  const stated = lastBoxed(content)?.content ?? announcedAnswer(content);
  if (stated !== null) return stated;
  return content === "" || content.length > MAX_CONTENT ? null : content.replace(/\*\*|^`+|`+$/g, "").trim();
}

/** Returns the last number of a text, with thousands separators, fraction or exponent; a minus after a value is none. */
function lastNumber(text: string): string | null {
  const numbers = text.match(
    /(?:(?<![\w)\]}])[-−])?(?:\d{1,3}(?:,\d{3}){1,20}(?!\d)|\d+)(?:\.\d+|\/\d+)?(?:e[-+]?\d+)?|(?<!\d)\.\d+/gi,
  );
  return numbers?.at(-1)?.replace("−", "-") ?? null;
}
