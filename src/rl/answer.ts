/** Response text -> answer, and the comparison of answers, by the grading rules of a run. */
import type { Answer, AnswerRules } from "./contracts/types.ts";

/**
 * Returns the normalised answer of a response, or null when it has none ("" under the paper's rules). `options` is the
 * number of options of its question.
 */
export function extractAnswer(
  text: string,
  { task, grader, answerFormat }: AnswerRules,
  options?: number,
): Answer {
  return grader.extract(text, task, answerFormat, options);
}

/**
 * Returns the answers of a group's responses. Equal answers get the spelling of the first: 0.5 and \frac{1}{2} are one
 * candidate of the vote. `options` is the number of options of their question. Under the paper's rules only identical spellings are equal. Null keeps its place.
 */
export function extractAnswers(texts: readonly string[], rules: AnswerRules, options?: number): Answer[] {
  const spellings = new Map<string, string[]>(); // by key; keys that collide hold several answers
  return texts.map((text) => {
    const answer = extractAnswer(text, rules, options);
    if (answer === null) return null;
    const key = rules.grader.key(answer, rules.task);
    const alike = spellings.get(key) ?? [];
    const first = alike.find((other) => other === answer || answersEqual(answer, other, rules));
    if (first === undefined) spellings.set(key, [...alike, answer]);
    return first ?? answer;
  });
}

/** Returns whether an answer equals a true answer of the data set; null when undecided within the grader's budget. */
export function gradeAnswer(answer: string, truth: string, { task, grader }: AnswerRules): boolean | null {
  return grader.equal(answer, truth, task);
}

/** Returns whether a pseudo-label is right. The authors' code extracts from it once more, which hardly any answer but numbers survives. */
export function gradeLabel(label: string, truth: string, rules: AnswerRules): boolean | null {
  const graded = rules.answers === "paper" ? (extractAnswer(label, rules) ?? "") : label;
  return gradeAnswer(graded, truth, rules);
}

/** Returns whether two answers are known to be equal. */
export function answersEqual(answer: string, other: string, rules: AnswerRules): boolean {
  return answer === other || gradeAnswer(answer, other, rules) === true;
}
