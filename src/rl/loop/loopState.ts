/** The inputs of the loop, and its state between two steps, as checkpoints store it. */
import { createRandom, type RandomState } from "../../math/random.ts";
import type { TrueLabels } from "../contracts/hooks.ts";
import type { Method } from "../contracts/method.ts";
import type { Models } from "../contracts/models.ts";
import type { StepOutcome } from "../contracts/step.ts";
import type { Answer, QuestionSet } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import type { LabelHistory } from "./labelHistory.ts";

/** The inputs of the loop: models, questions without answers, and the method. */
export interface Loop {
  readonly models: Models;
  readonly set: QuestionSet;
  readonly method: Method;
  /** Ground truth to learn from, for the controls that do. */
  readonly truth?: TrueLabels | null;
  readonly watch?: Watch;
}

/** A step, and the state after it. */
export interface Step {
  readonly outcome: StepOutcome;
  readonly state: LoopState;
}

/** Everything the loop needs, besides the models, to continue exactly. */
export interface LoopState {
  /** Steps done. */
  readonly step: number;
  /** Indices of the questions left in this epoch. */
  readonly queue: readonly number[];
  readonly random: RandomState;
  /** The latest pseudo-labels, for the flip rate. */
  readonly labels: LabelHistory;
  /** The initial model's majority answers and their shares, by index of the question, in runs that ask for them. */
  readonly initialLabels?: readonly Answer[];
  readonly initialRatios?: readonly number[];
  /** Memory of the early stop, in runs that have one. */
  readonly earlyStop?: readonly number[];
}

/** Returns the state before the first step. */
export function initialLoopState({ seed }: { readonly seed: number }): LoopState {
  return { step: 0, queue: [], random: createRandom(seed).state(), labels: [] };
}
