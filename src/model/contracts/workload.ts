/** What a model is asked for at once, in sizes: how much memory that takes does not depend on what the texts say. */
import type { AskedRows } from "../../webgpu/sampling/gpuSampler.ts";
import type { TrainingCapacity } from "../../webgpu/training/trainingUpload.ts";

/** Rows that are sampled together, and the longest response. */
export interface SampledRows extends AskedRows {
  readonly maxTokens: number;
}

/** A micro-batch by its sizes. */
export interface BatchSize extends TrainingCapacity {
  /** Tokens of its rows without their last ones, each with its whole prompt. */
  readonly whole: number;
}

export interface Workload {
  /** Every batch that is sampled. */
  readonly sampled: readonly SampledRows[];
  /** The largest micro-batch trained on; null for a model that does not learn. */
  readonly trained: BatchSize | null;
  /** The largest micro-batch scored with the weights of the moment; null where nobody asks. */
  readonly scored: BatchSize | null;
}
