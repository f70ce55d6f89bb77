/** Answers that a response announces: "answer is 5", "**Answer:** 5", "答案是 5", "#### 5". */
import { at } from "../../math/at.ts";

/** Maximum length of an announced answer. */
const MAX_ANSWER = 400;
/** Maximum number of announcements that are read, from the last. */
const MAX_TRIED = 200;
/** Maximum length of an answer after a heading. */
const MAX_VALUE = 80;

const VERB =
  "(?:is|equals|comes to|(?:should|must|would|will|has to|seems to|appears to|turns out to|comes out to) be)" +
  "(?: (?:therefore|thus|then|hence|simply|just|indeed|now|equal to|given by|approximately|about|exactly)(?![a-z]))*";
const MARKS = "(?:\\*{1,2}|_{1,2}|\\})?";
const ANNOUNCEMENT = new RegExp(
  `answers?${MARKS}(?: (?:to|for|of) [^.:\\n]{1,60}?)?\\s{0,2}` +
    `(?:${VERB}(?![a-z])|(?<heading>${MARKS}(?:[:：=]|[-–—](?= )|[ *_]*\\n)))` +
    "|答案\\s{0,2}(?:应?[是为為]|等于|(?<chinese>[:：=]))" +
    "|(?<hash>####)(?!#)",
  "gi",
);

/** Text after a heading that counts as an answer: a value, x = ..., or one or two words. */
const VALUE = /^(?:[^a-z]*|[-+\d\\$({[.|].*|[a-z]['_{}\d]*\s*[-+*/^=(<>≤≥].*|[a-z]+(?:[ -][a-z]+)?\W*)$/i;
/** Remarks about an answer stated before: "the answer is correct". */
const REMARK =
  /^(?:(?:in)?correct|right|wrong|not|clear|obvious|reasonable|consistent|unique|valid|verified|confirmed|checked|found|obtained|given|boxed|below|above|as follows|this|that|within|to be)(?![a-z])/i;
/** A value of the marker ####, which also begins headings of documents. */
const MARKED = /^(?:[-+−]? ?\\?[$€£]? ?[.\d]|[-+]?\\|[-+]?\$|[([{]|[a-z] ?=)(?!\d*[.)] [A-Za-z])/i;

/** Returns the value that is announced last, or null. A remark after it, or a later box that is cut off, does not count. */
export function announcedAnswer(text: string): string | null {
  let prose: string | null = null;
  for (const { index, 0: phrase, groups = {} } of [...text.matchAll(ANNOUNCEMENT)]
    .slice(-MAX_TRIED)
    .reverse()) {
    const isHeading = groups["heading"] !== undefined || groups["chinese"] !== undefined;
    const rest = text.slice(index + phrase.length, index + phrase.length + MAX_ANSWER);
    const isMarker = groups["hash"] !== undefined;
    if (isMarker && !MARKED.test(rest.trimStart())) continue;
    const stated = statedIn(isMarker ? firstLine(rest.trimStart()) : lineOf(rest, phrase));
    if (stated === null || stated === "" || REMARK.test(stated) || /\banswer\b/i.test(stated)) continue;
    const isValue = stated.length <= MAX_VALUE && VALUE.test(stated);
    if (isValue) return stated;
    if (!isHeading && !isMarker) prose ??= stated;
  }
  return prose;
}

/** Returns the value after the last marker ####, which may be words. */
export function markedAnswer(text: string): string | null {
  const start = text.lastIndexOf("####");
  return start < 0 ? null : statedIn(firstLine(text.slice(start + 4, start + 4 + MAX_ANSWER).trimStart()));
}

function firstLine(text: string): string {
  return text.replace(/\n.*/s, "");
}

/** Returns the rest of the line after an announcement, or the next line with text if nothing but marks follows on its own. */
function lineOf(rest: string, phrase: string): string {
  const line = firstLine(rest);
  const isOpen = phrase.endsWith("\n") || /^\s*[:：]?[\s*_$}]*(?:\\\[)?$/.test(line);
  if (!isOpen || (!phrase.endsWith("\n") && !rest.includes("\n"))) return line;
  const after = phrase.endsWith("\n") ? rest : rest.slice(line.length);
  return after.split("\n").find((next) => /[^\s*_$[\]\\#-]/.test(next)) ?? "";
}

/** Returns the value at the beginning of a sentence; null if it is a box, which was cut off. */
function statedIn(rest: string): string | null {
  const plain = rest.replace(/\*\*|__|`/g, "");
  const sentence = /^[:：\s*_}]*(.*?)(?:[.!]\s|。|；|\.?\s*$)/.exec(plain)?.[1] ?? "";
  if (/\\f?box(?:ed)?(?![a-z])/.test(sentence)) return null;
  const value = mathIn(sentence) ?? withoutRemark(sentence);
  return lastSide(value.trim());
}

/** A formula between dollars that are no currency, or between LaTeX brackets. */
const MATH = /(?<!\\)\$(?=[^\s$])([^$]*[^\s$\\])\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]/g;

/** Returns the formula of a sentence that has no number before it; several formulas as a list. */
function mathIn(sentence: string): string | null {
  let [end, list] = [0, ""];
  for (const { index, 0: all, 1: dollars, 2: round, 3: square } of sentence.matchAll(MATH)) {
    const between = sentence.slice(end, index);
    if (list === "" ? /\d/.test(between) : !/^(?:,|,? ?(?:and|or)) ?$/.test(between.trimEnd())) break;
    list += (list === "" ? "" : between) + (dollars ?? round ?? square ?? "");
    end = index + all.length;
  }
  return list === "" ? null : list;
}

/** Words after a number that are part of its value or of a list. */
const VALUE_WORDS =
  "(?:and|or)(?= (?:[^a-z]|[a-z](?![a-z])))|to|plus|minus|times|over|divided|mod|modulo|remainder|choose|squared|cubed|factorial|hundred|thousand|million|" +
  "billion|trillion|dozen|half|halves|thirds?|quarters?|am|pm|pi|sqrt|sin|cos|tan|log|ln|exp|for|if|where|when|with";
/** A unit or a word of a remark, but no product of variables such as "ab". */
const WORD =
  String.raw`(?!(?:${VALUE_WORDS})(?![a-z])|abc(?![a-z]))(?:(?=[a-z]*[aeiou])[a-z]{3,}|` +
  String.raw`(?:cm|mm|km|kg|mg|ml|mph|ft|lbs?|hrs?|in|of|on|at|by|so|it)(?![a-z]))`;
/** A number with a unit or a remark: "72, in total", "5 apples", "12 cm^2", "42元". */
const COUNTED = new RegExp(
  String.raw`^([-+−]?(?:\\?[$€£])? ?(?:\d(?:[\d,]*\d)?(?:\.\d+)?|\.\d+)(?:/\d+)?(?: ?\\?%)?)(?:` +
    String.raw`(?:[,;，]| [-–—]| \()? ?${WORD}(?:[^\d=]*(?:\^ ?\{?\d\}?)?| .*,.*)|[,，] ?(?:${WORD}|[\u4e00-\u9fff]).*|` +
    String.raw` ?(?![万亿千百十分])[\u4e00-\u9fff].*)$`,
  "is",
);

/** Removes what a sentence says after its value. */
function withoutRemark(sentence: string): string {
  const value = sentence.replace(/,? (?:because|since|which|where|when|so|as)\b.*$/i, "");
  return COUNTED.exec(value)?.[1] ?? value;
}

/** Returns the last side of "a = b = c" or of an equation of a sum and a number; other equations are the answer. */
function lastSide(value: string): string {
  const sides = value.split(/(?<![<>!\\])=/);
  const last = sides.at(-1)?.trim() ?? "";
  if (sides.length < 2 || last === "" || /[a-z]{2} [a-z]{2}|[,;]|\b(?:and|or)\b/i.test(value)) return value;
  const left = at(sides, 0)
    .replace(/\\[a-z]+/gi, "")
    .trim();
  const isSum = /[-+*/^\d]/.test(left) && !/[xyz]/i.test(left);
  return sides.length > 2 || (isSum && /^[-+]?[\d.,\s]+$/.test(last)) || !/[a-z]/i.test(left) ? last : value;
}
