/** The nouns of the generated tasks: families, levels, questions. */

/** How a chain of arithmetic is worded. */
export type Family = "word" | "expression" | "choice";

/** Difficulty: how long the chain is and how large its numbers are (limits in chain.ts). */
export type Level = "L1" | "L2" | "L3" | "L4" | "L5";

export const LEVELS: readonly Level[] = ["L1", "L2", "L3", "L4", "L5"];

/** The four options of a multiple-choice question, A to D. */
export const LETTERS = ["A", "B", "C", "D"] as const;
export type Letter = (typeof LETTERS)[number];

/** One option of a multiple-choice question. */
export interface Option {
  readonly letter: Letter;
  readonly value: number;
}
