/** Extraction and comparison of answers. */

/** Answer format: free-form mathematics, or a letter of a multiple-choice question. */
export type Task = "math" | "gpqa";

/** A set of grading rules. Every method is pure and bounded in time on any input. */
export interface Grader {
  /**
   * Returns the answer of a response, or null if it has none. `format` is an answer format (answerFormat.ts), auto by
   * default; `options` is the number of lettered options, which bounds the letters of multiple choice.
   */
  extract(text: string, task: Task, format?: string, options?: number): string | null;
  /** Returns true if an answer equals the truth; null if undecided within the budget (ungraded). */
  equal(given: string, truth: string, task: Task): boolean | null;
  /** Returns a key shared by equal answers, so that votes are counted without pairwise comparison. */
  key(answer: string, task: Task): string;
}
