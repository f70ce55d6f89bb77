/** What the files of a run are written from, wherever it ran. */
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics/metrics.ts";
import type { PromptFrame } from "../rl/contracts/types.ts";
import type { BackendReport } from "./backend.ts";

/** What a run was asked to do, with what and on what: enough to repeat it. */
export interface RunDescription {
  /** Names, as the page's own configuration files have them. */
  readonly model: string;
  readonly dataset: string;
  /** What stood around every question; absent where nothing could. */
  readonly prompt?: PromptFrame;
  readonly backend: BackendReport;
  readonly config: TtrlConfig;
}

/** One step's numbers: what repeats bit for bit, and beside it the wall-clock. */
export interface StepRecord {
  readonly metrics: StepMetrics;
  readonly timing: StepTiming;
}

/** A run and what it has measured so far. */
export interface RunReport {
  readonly run: RunDescription;
  readonly steps: readonly StepRecord[];
  /** On the questions trained on, in order. */
  readonly evaluations: readonly Evaluation[];
  /** Parameters of the adapter that was trained; absent where all weights were. */
  readonly adapterParameters?: number;
}
