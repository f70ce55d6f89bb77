/** PPO's critic: a language model that predicts the return at each token of a response before it is drawn. */
import type { OnProgress, ScoredRollout, UpdateOptions, UpdateStats } from "./policy.ts";

/** A response of T tokens to learn values from; arrays are [T]. */
export interface ValuedRollout extends ScoredRollout {
  /** Targets of the values. */
  readonly returns: Float32Array;
  /** Values before this step's first update, which clipping refers to. */
  readonly oldValues: Float32Array;
  /** Weight of each of its tokens in the loss, as in `Rollout`. */
  readonly weight: number;
}

/** Options of one update of a critic. */
export interface CriticOptions extends Pick<
  UpdateOptions,
  "learningRate" | "gradientClip" | "beta1" | "beta2" | "weightDecay"
> {
  /** Values are clipped to the old ones +- this (PPO's value clipping). */
  readonly valueClip: number;
}

/** Statistics of an update over the tokens it trained on, before it changed anything; `clipFraction` is of values. */
export type CriticStats = Pick<UpdateStats, "loss" | "gradientNorm" | "clipFraction" | "tokens">;

/** Returns values [T] per response: entry t is the value of the text before token t. */
export interface Critic {
  values(rollouts: readonly ScoredRollout[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** One optimizer step. */
  update(
    rollouts: readonly ValuedRollout[],
    options: CriticOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CriticStats>;
}
