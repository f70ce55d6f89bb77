/** What PPO asks of a critic: a language model that tells what each token of a response is worth before it is drawn. */
import type { OnProgress, ScoredRollout } from "./policy.ts";

/** A response to learn values from; arrays hold one number for each of its tokens. */
export interface ValuedRollout extends ScoredRollout {
  /** What the critic is to say. */
  readonly returns: Float32Array;
  /** What it said before this step's first update, which clipping refers to. */
  readonly oldValues: Float32Array;
  /** Share of each of its tokens in the loss, as in `Rollout`. */
  readonly weight: number;
}

/** How one update of a critic goes. */
export interface CriticOptions {
  readonly learningRate: number;
  /** Values count as if they had moved at most so far from the old ones (PPO's value clipping). */
  readonly valueClip: number;
  readonly gradientClip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

/** What an update did, over the tokens it trained on and before it changed anything. */
export interface CriticStats {
  readonly loss: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  /** Share of tokens where the clip gave the larger loss. */
  readonly clipFraction: number;
  readonly tokens: number;
}

/** Values of tokens: entry t is the value of the text before token t of the response. */
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
