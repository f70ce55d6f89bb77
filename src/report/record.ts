/** Records of a run, from which its files are written. */
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics/metrics.ts";
import type { PromptFrame } from "../rl/contracts/types.ts";
import type { BackendReport } from "./backend.ts";

/** Model, data set, backend and configuration of a run: enough to repeat it. */
export interface RunDescription {
  /** Names, as the page's own configuration files have them. */
  readonly model: string;
  readonly dataset: string;
  /** How the user's files were read, `DatasetOptions`; absent for embedded data sets. */
  readonly datasetOptions?: object;
  /** System prompt and suffix of every question; absent means none. */
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
