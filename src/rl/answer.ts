/** Response text -> answer, and whether two answers say the same: the graders in the words of the method. */
import { GRADERS } from "../grading/graders.ts";
import type { Answer, AnswerRules } from "./contracts/types.ts";

/** The rules of a run, from what it studies and how it is configured. */
export function answerRules(
  { task }: Pick<AnswerRules, "task">,
  { answers }: Pick<AnswerRules, "answers">,
): AnswerRules {
  return { task, answers };
}

/** The answer a response states, in a tidy spelling, or null when it states none; "" under the paper's rules. */
export function extractAnswer(text: string, { task, answers }: AnswerRules): Answer {
  return GRADERS[answers].extract(text, task);
}

/**
 * The answers of a group's responses, each spelled as the first of the group that says the same: 0.5 and \frac{1}{2}
 * are one candidate of the vote. Under the paper's rules only equal spellings are. Null keeps its place.
 */
export function extractAnswers(texts: readonly string[], rules: AnswerRules): Answer[] {
  const spellings = new Map<string, string[]>(); // by key; keys that collide hold several answers
  return texts.map((text) => {
    const answer = extractAnswer(text, rules);
    if (answer === null) return null;
    const key = GRADERS[rules.answers].key(answer, rules.task);
    const alike = spellings.get(key) ?? [];
    const first = alike.find((other) => other === answer || answersEqual(answer, other, rules));
    if (first === undefined) spellings.set(key, [...alike, answer]);
    return first ?? answer;
  });
}

/** Whether an answer says the same as a true answer of the data set; null when that is not decided within the budget. */
export function gradeAnswer(answer: string, truth: string, { task, answers }: AnswerRules): boolean | null {
  return GRADERS[answers].equal(answer, truth, task);
}

/** Whether a pseudo-label is right. The authors' code extracts from it once more, which few but numbers survive. */
export function gradeLabel(label: string, truth: string, rules: AnswerRules): boolean | null {
  const graded = rules.answers === "paper" ? (extractAnswer(label, rules) ?? "") : label;
  return gradeAnswer(graded, truth, rules);
}

/** Whether an answer is known to say the same as another. */
export function answersEqual(answer: string, other: string, rules: AnswerRules): boolean {
  return answer === other || gradeAnswer(answer, other, rules) === true;
}
