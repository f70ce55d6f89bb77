/** The result of an experiment, one file each in docs/experiments/. */
import type { Experiment } from "./experiment.ts";
import type { StepValue } from "./values.ts";

export interface ExperimentResult {
  /** The experiment when it was run. */
  readonly definition: Experiment;
  readonly environment: Environment;
  /** Runs not made yet. */
  readonly missing: readonly { readonly variant: string; readonly seed: number }[];
  readonly table: ResultTable;
  readonly cells: readonly ResultCell[];
}

/** Program and hardware that computed a result. */
export interface Environment {
  /** Version and commits of the program; several if cells were computed at different times. */
  readonly version: string;
  readonly commits: readonly string[];
  /** E.g. "wasm (SIMD, 1 thread)". */
  readonly backend: string;
  /** Cores, processor and Node version. */
  readonly hardware: string;
  /** Days of the first and last cell, e.g. "2026-11-22". */
  readonly from: string;
  readonly to: string;
}

/** Columns of the experiment and a row per measured variant. Shares are in [0, 1]. */
export interface ResultTable {
  readonly columns: readonly { readonly label: string; readonly unit: Unit }[];
  readonly rows: readonly ResultRow[];
}

export type Unit = "share" | "difference of shares" | "tokens" | "nats";

export interface ResultRow {
  readonly variant: string;
  readonly label: string;
  readonly seeds: readonly number[];
  /** By column; null if a run lacks the value. */
  readonly values: readonly (Estimate | null)[];
}

/** A mean over seeds with its confidence intervals. */
export interface Estimate {
  readonly mean: number;
  /** 95%, over questions and seeds (interval.ts); over seeds only for values that do not exist per question. */
  readonly interval: readonly [number, number] | null;
  /** 95%, over seeds only (Student's t); null for a single seed. */
  readonly seedInterval: readonly [number, number] | null;
  readonly bySeed: readonly number[];
}

/** The result of one run. */
export interface ResultCell {
  readonly variant: string;
  readonly seed: number;
  readonly evaluations: readonly ResultEvaluation[];
  /** By step; null if a step lacks the value. Rounded to four digits. */
  readonly curves: Readonly<Partial<Record<StepValue, readonly (number | null)[]>>>;
  /** Numbers of response tokens. */
  readonly tokens: { readonly sampled: number; readonly trained: number; readonly evaluated: number };
  /** Wall-clock time of the run and its evaluations. */
  readonly seconds: number;
  readonly commit: string;
  /** Hash of everything that determines its numbers; absent from cells run in the page. */
  readonly identity?: string;
}

export interface ResultEvaluation {
  /** "before", "during", "after", or the name of an initial vote. */
  readonly at: string;
  readonly dataset: string;
  /** Training steps completed before it. */
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
  /** pass@1 and Maj@N by level; empty without levels. */
  readonly levels: Readonly<Record<string, readonly [passAt1: number, majority: number]>>;
  /** Absent from evaluations during training. */
  readonly questions?: QuestionScores;
}

/** Scores by question, in the order of the data set, in compact form. */
export interface QuestionScores {
  /** Number of correct responses among `samples`. */
  readonly right: readonly number[];
  /** A digit per question: "1" if the majority answer is correct, else "0". */
  readonly majority: string;
  /** Run-length encoded levels; empty without levels. */
  readonly levels: readonly (readonly [level: string, questions: number])[];
}
