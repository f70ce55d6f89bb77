/** Where in a response its answer was found. */
import { extractAnswer } from "./answer.ts";
import type { AnswerRules } from "./contracts/types.ts";

/** A part of a text: character offsets, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the shortest part near the end of a response that has the response's answer by the same rules, with the words or
 * marks that state it; null where there is no answer. It searches, so it is for a few responses.
 */
export function answerSpan(text: string, rules: AnswerRules): Span | null {
  const answer = extractAnswer(text, rules);
  if (answer === null || answer === "") return null;
  const states = (start: number, end: number): boolean =>
    extractAnswer(text.slice(start, end), rules) === answer;
  const lines = [...text.matchAll(/^/gm)].map(({ index }) => index);
  const line = lines.findLast((start) => states(start, text.length)) ?? 0;
  const lineEnd = lines.find((start) => start > line && states(line, start)) ?? text.length;
  const starts = Array.from({ length: lineEnd - line }, (_, i) => line + i);
  const start = starts.findLast((from) => states(from, lineEnd)) ?? line;
  const end = starts.map((i) => i + 1).find((to) => to > start && states(start, to)) ?? lineEnd;
  return { start, end };
}
