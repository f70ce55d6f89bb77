/** Where a run of the loop stands, as it is kept in checkpoints. */
import { createRandom, type RandomState } from "../math/random.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import type { FlipWatch } from "./variants/earlyStop.ts";
import type { LabelHistory } from "./variants/labelHistory.ts";
import type { Answer } from "./contracts/types.ts";

/** Where the loop stands: everything it needs, beside the models, to continue exactly. */
export interface LoopState extends FlipWatch {
  /** Steps done. */
  readonly step: number;
  /** Indices of the questions still to come in this epoch. */
  readonly queue: readonly number[];
  readonly random: RandomState;
  /** The pseudo-labels of the steps so far, for the flip rate alone. */
  readonly labels: LabelHistory;
  /** What the initial model voted for, by index of the question; only where it is asked for. */
  readonly initialLabels?: readonly Answer[];
  /** The majority ratios of these votes. */
  readonly initialRatios?: readonly number[];
}

/** The state before the first step. */
export function initialLoopState(config: TtrlConfig): LoopState {
  return { step: 0, queue: [], random: createRandom(config.seed).state(), labels: [] };
}
