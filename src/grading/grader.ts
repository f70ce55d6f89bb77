/** What the method asks of a grader: which answer a response gives, and whether two answers say the same. */

/** Which rules apply: free-form mathematics, or one letter of a multiple choice. */
export type Task = "math" | "gpqa";

/** Extraction and comparison of answers under one setting. Every call is pure and bounded in time on any input. */
export interface Grader {
  /** The answer a response gives, or null when it gives none. */
  extract(text: string, task: Task): string | null;
  /** Whether an answer says the same as the truth; null when that was not decided within the budget (ungraded). */
  equal(given: string, truth: string, task: Task): boolean | null;
  /** A string that answers which say the same share, so that votes are counted without comparing each pair. */
  key(answer: string, task: Task): string;
}
