/** What a worker or process of its own is asked to measure, and what it answers. */
import type { ContenderName } from "../contenders/contenders.ts";
import type { Check, Measurement, ModelName, Workload } from "../contenders/workload.ts";

/** A job for one contender in a worker or process of its own: what it opens once and then measures. */
export interface Job {
  readonly contender: ContenderName;
  readonly model: ModelName;
  readonly workloads: readonly Workload[];
  /** Seconds a workload, warm-up apart. */
  readonly budget: number;
  /** All of each workload is run, whatever the budget. */
  readonly full: boolean;
}

/** Something that did not run. */
export interface Skipped {
  readonly contender: ContenderName;
  readonly model: ModelName;
  readonly what: string;
  readonly reason: string;
}

export interface JobResult {
  readonly check: Check | null;
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly Skipped[];
}
