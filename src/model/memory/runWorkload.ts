/** The largest batches that a run gives each of its models. */
import type { Demand, SampledTogether } from "./demand.ts";
import type { MemoryBudget } from "../contracts/memoryBudget.ts";
import type { BatchSize, SampledRows, Workload } from "../contracts/workload.ts";

/** Workload by model; null for models the run does not use. */
export interface RunWorkload {
  readonly policy: Workload;
  readonly initialModel: boolean;
  readonly critic: BatchSize | null;
  readonly teacher: Workload | null;
  readonly rewardModel: Workload | null;
}

/** Returns the worst-case workload for prompts of these lengths in tokens: the longest come together, all responses are truncated. */
export function runWorkload(
  demand: Demand,
  promptLengths: readonly number[],
  budget: MemoryBudget,
): RunWorkload {
  const { sampled, taught, trained, maxResponseTokens, initialModel, critic, rewardModel } = demand;
  const longestFirst = [...promptLengths].sort((a, b) => b - a);
  const rowsOf = ({ questions, responses }: SampledTogether): SampledRows => {
    const lengths = longestFirst.slice(0, questions);
    return { lengths, counts: lengths.map(() => responses), maxTokens: maxResponseTokens };
  };
  const batch = largestMicroBatch(promptLengths, trained, maxResponseTokens, budget.microBatchTokens);
  return {
    policy: { sampled: sampled.map(rowsOf), trained: batch, scored: null },
    initialModel,
    critic: critic ? batch : null,
    teacher: taught === null ? null : { sampled: [rowsOf(taught)], trained: null, scored: null },
    rewardModel: rewardModel ? { sampled: [], trained: batch, scored: batch } : null,
  };
}

/**
 * Returns an upper bound on the size of a micro-batch of up to `tokens` tokens. Consecutive rows with one prompt share its
 * lines, as in `webgpu/training/trainingBatch.ts`.
 */
export function largestMicroBatch(
  promptLengths: readonly number[],
  { questions, responses }: SampledTogether,
  maxTokens: number,
  tokens: number,
): BatchSize {
  const sizes = [...new Set(promptLengths)].map((prompt): BatchSize => {
    const fitting = Math.max(1, Math.floor(tokens / (prompt + maxTokens)));
    const rows = Math.min(fitting, questions * responses);
    const prompts = Math.min(questions, Math.ceil((rows - 1) / responses) + 1); // the first and the last may be partial
    const scored = rows * maxTokens;
    return { lines: scored + prompts * (prompt - 1), scored, whole: rows * (prompt + maxTokens - 1) };
  });
  const largest = (of: keyof BatchSize): number => sizes.reduce((most, size) => Math.max(most, size[of]), 1);
  return { lines: largest("lines"), scored: largest("scored"), whole: largest("whole") };
}
