/** What came of an experiment: a file each in docs/experiments/. */
import type { Experiment, StepValue } from "./experiment.ts";

/** An experiment as run. */
export interface ExperimentResult {
  /** As it was when it was run. */
  readonly definition: Experiment;
  readonly environment: Environment;
  /** Runs that have not been made yet; their variants stand on fewer seeds. */
  readonly missing: readonly { readonly variant: string; readonly seed: number }[];
  readonly table: ResultTable;
  readonly cells: readonly ResultCell[];
}

/** What computed it. */
export interface Environment {
  /** Of the program, with the commits of its code; more than one where cells were computed at different times. */
  readonly version: string;
  readonly commits: readonly string[];
  /** In words, e.g. "wasm (SIMD, 1 thread)". */
  readonly backend: string;
  /** In words: processor, cores, Node. */
  readonly hardware: string;
  /** Day of the first and of the last cell, e.g. "2026-11-22". */
  readonly from: string;
  readonly to: string;
}

/** The experiment's columns, a row for each variant that was run. Shares are in [0, 1]. */
export interface ResultTable {
  readonly columns: readonly { readonly label: string; readonly unit: Unit }[];
  readonly rows: readonly ResultRow[];
}

export type Unit = "share" | "difference of shares" | "tokens" | "nats";

export interface ResultRow {
  readonly variant: string;
  readonly label: string;
  readonly seeds: readonly number[];
  /** By column; null where the run has no such number. */
  readonly values: readonly (Estimate | null)[];
}

/** A mean over seeds and how sure it is. */
export interface Estimate {
  readonly mean: number;
  /** 95%, over questions and seeds together (two-level bootstrap); over seeds alone for what questions do not have. */
  readonly interval: readonly [number, number] | null;
  /** 95%, over seeds alone (Student's t); null for a single seed. */
  readonly seedInterval: readonly [number, number] | null;
  readonly bySeed: readonly number[];
}

/** One run. */
export interface ResultCell {
  readonly variant: string;
  readonly seed: number;
  readonly evaluations: readonly ResultEvaluation[];
  /** By step, from the first; null where a step has no such number. Rounded to four digits. */
  readonly curves: Readonly<Partial<Record<StepValue, readonly (number | null)[]>>>;
  /** Response tokens. */
  readonly tokens: { readonly sampled: number; readonly trained: number; readonly evaluated: number };
  /** Wall-clock of the run and of its evaluations. */
  readonly seconds: number;
  readonly commit: string;
  /** A hash of everything that determines its numbers; absent from the page's own. */
  readonly identity?: string;
}

/** One evaluation. */
export interface ResultEvaluation {
  /** "before", "during", "after", or the name of an initial vote. */
  readonly at: string;
  readonly dataset: string;
  /** Steps trained before it. */
  readonly step: number;
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  readonly passAt1: number;
  readonly majority: number;
  readonly majorityRatio: number;
  readonly unansweredShare: number;
  readonly entropy: number;
  readonly responseLength: number;
  /** pass@1 and Maj@N by level, as far as the data set has levels. */
  readonly levels: Readonly<Record<string, readonly [passAt1: number, majority: number]>>;
  /** Question by question, in the order of the data set; absent from evaluations in between. */
  readonly questions?: QuestionScores;
}

/** Questions of one evaluation, in little room. */
export interface QuestionScores {
  /** Right responses of `samples`. */
  readonly right: readonly number[];
  /** "1" where the majority is right, else "0". */
  readonly majority: string;
  /** Levels in the order of the data set, each with its number of questions in a row; empty without levels. */
  readonly levels: readonly (readonly [level: string, questions: number])[];
}
