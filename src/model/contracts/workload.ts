/** The largest batches a model processes, as sizes: its memory depends on nothing else. */
import type { AskedRows } from "../../webgpu/sampling/gpuSampler.ts";
import type { TrainingCapacity } from "../../webgpu/training/trainingUpload.ts";

/** Rows sampled in one request. */
export interface SampledRows extends AskedRows {
  /** Maximum response length in tokens. */
  readonly maxTokens: number;
}

/** Size of a micro-batch. */
export interface BatchSize extends TrainingCapacity {
  /** Tokens of all rows with their prompts, each row without its last token. */
  readonly whole: number;
}

export interface Workload {
  /** All sampling requests. */
  readonly sampled: readonly SampledRows[];
  /** The largest training micro-batch; null for a model that is not trained. */
  readonly trained: BatchSize | null;
  /** The largest micro-batch scored with the current weights; null for none. */
  readonly scored: BatchSize | null;
}
