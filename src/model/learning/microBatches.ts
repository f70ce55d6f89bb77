/** Splits items into micro-batches of bounded total size, and trains on them. */
import type { OnProgress } from "../../rl/contracts/policy.ts";
import { createYield } from "./eventLoopYield.ts";

/** Accumulates gradients and takes optimizer steps on some backend; `Row` is a training row, `Result` that of a micro-batch. */
export interface GradientLearner<Row, Options, Result> {
  /** Maximum tokens of a micro-batch. */
  readonly microBatchTokens: number;
  /** Adds the gradient of a micro-batch's loss. */
  accumulate(rows: readonly Row[], options: Options): Promise<Result>;
  /** Takes one step on the accumulated gradients and clears them; returns their global norm. */
  step(options: Options): Promise<number>;
  /** Clears the accumulated gradients. */
  clearGradients(): void;
}

/** Accumulates the gradients of all rows and passes on each micro-batch's result; clears them if aborted or failed. */
export async function accumulateAll<Row extends { readonly tokens: ArrayLike<number> }, Options, Result>(
  learner: GradientLearner<Row, Options, Result>,
  rows: readonly Row[],
  options: Options,
  add: (result: Result, batch: readonly Row[]) => void,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<void> {
  const pause = createYield(signal);
  let done = 0;
  try {
    for (const batch of microBatches(rows, ({ tokens }) => tokens.length, learner.microBatchTokens)) {
      add(await learner.accumulate(batch, options), batch);
      done += batch.length;
      onProgress?.(done, rows.length);
      await pause();
    }
  } catch (error) {
    learner.clearGradients();
    throw error;
  }
}

/** Returns consecutive batches of at most `budget` in total `size`; an item larger than that is a batch of its own. */
export function microBatches<T>(items: readonly T[], size: (item: T) => number, budget: number): T[][] {
  const batches: T[][] = [];
  let left = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    if (batch === undefined || size(item) > left) {
      batches.push([item]);
      left = budget - size(item);
    } else {
      batch.push(item);
      left -= size(item);
    }
  }
  return batches;
}
