/** A job of the comparison and its result, as passed between processes or to a worker. */
import type { ContenderName } from "../contenders/contenders.ts";
import type { Check, Measurement, ModelName, Workload } from "../contenders/workload.ts";
import type { Limits } from "./limits.ts";

/** Workloads of one contender on one model, measured in a worker or process of its own. */
export interface Job {
  readonly contender: ContenderName;
  readonly model: ModelName;
  readonly workloads: readonly Workload[];
  /** Seconds per workload, without warm-up. */
  readonly budget: number;
  /** True to run each workload in full, regardless of the budget. */
  readonly full: boolean;
}

/** Something that did not run, and why. */
export interface Skipped extends Pick<Job, "contender" | "model"> {
  readonly what: string;
  readonly reason: string;
}

export interface JobResult {
  /** Null if the contender runs a model of its own, or failed. */
  readonly check: Check | null;
  readonly measurements: readonly Measurement[];
  readonly skipped: readonly Skipped[];
}

/** Message from a worker of the bench page. */
export type FromWorker =
  { readonly line: string } | { readonly error: string } | { readonly result: JobResult | Limits | null };
