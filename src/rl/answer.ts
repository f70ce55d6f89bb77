/** Response text -> answer, and whether two answers say the same: the corrected grader in the words of the method. */
import { correctedGrader } from "../grading/corrected/corrected.ts";
import type { Answer, Task } from "./types.ts";

/** The answer a response states, in a tidy spelling, or null when it states none. */
export function extractAnswer(text: string, task: Task): Answer {
  return correctedGrader.extract(text, task);
}

/**
 * The answers of a group's responses, each spelled as the first of the group that says the same: 0.5 and \frac{1}{2}
 * are one candidate of the vote. Null keeps its place.
 */
export function extractAnswers(texts: readonly string[], task: Task): Answer[] {
  const spellings = new Map<string, string[]>(); // by key; keys that collide hold several answers
  return texts.map((text) => {
    const answer = extractAnswer(text, task);
    if (answer === null) return null;
    const key = correctedGrader.key(answer, task);
    const alike = spellings.get(key) ?? [];
    const first = alike.find((other) => other === answer || answersEqual(answer, other, task));
    if (first === undefined) spellings.set(key, [...alike, answer]);
    return first ?? answer;
  });
}

/** Whether an answer says the same as a true answer of the data set; null when that is not decided within the budget. */
export function gradeAnswer(answer: string, truth: string, task: Task): boolean | null {
  return correctedGrader.equal(answer, truth, task);
}

/** Whether an answer is known to say the same as another. */
export function answersEqual(answer: string, truth: string, task: Task): boolean {
  return gradeAnswer(answer, truth, task) === true;
}
