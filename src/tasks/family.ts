/** Families, levels and options of generated questions. */

/** Wording of a chain of arithmetic. */
export type Family = "word" | "expression" | "choice";

/** Difficulty: the length of the chain and the size of its numbers (limits in chain.ts). */
export type Level = "L1" | "L2" | "L3" | "L4" | "L5";

export const LEVELS: readonly Level[] = ["L1", "L2", "L3", "L4", "L5"];

/** Letters of the options of a multiple-choice question. */
export const LETTERS = ["A", "B", "C", "D"] as const;

/** An option of a multiple-choice question. */
export interface Option {
  readonly letter: (typeof LETTERS)[number];
  readonly value: number;
}
