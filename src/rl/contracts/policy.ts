/** The operations that the method needs from a language model. `model/` implements them; tests use a policy of three numbers. */
import type { Prompt, Response, Rollout } from "./types.ts";

/** Sampling settings. */
export interface Sampling {
  /** Responses to draw for each prompt. */
  readonly count: number;
  /** Index of the first response, 0 by default: response i is drawn from stream `first` + i of its request's seed. */
  readonly first?: number;
  /** Softmax temperature; logprobs are of this tempered distribution. 0 means greedy. */
  readonly temperature: number;
  /** Nucleus sampling: the smallest set of tokens whose probability reaches this; 1 means all. */
  readonly topP: number;
  /** Maximum tokens of a response. */
  readonly maxResponseTokens: number;
}

/** A prompt and the seed of its responses: response i is drawn from stream i of that seed, whatever the batch. */
export interface SampleRequest {
  readonly prompt: Prompt;
  readonly seed: number;
}

/** Estimators of KL(policy || reference model) per token (Schulman, "Approximating KL divergence"). */
export type KlEstimator = "k1" | "k2" | "k3";

/**
 * Options of one update. The loss is the clipped policy gradient (PPO, arXiv 1707.06347, eq. 7), a KL term and an entropy
 * bonus, summed over tokens with the weights of their rollouts.
 */
export interface UpdateOptions {
  readonly learningRate: number;
  /** Temperature the responses were drawn at; the loss divides the logits by it too. */
  readonly temperature: number;
  /** Clip bounds: the ratio is clipped to [1 - clipLow, 1 + clipHigh]. */
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Dual clip c > 1: with a negative advantage A the objective is at least c * A (arXiv 1912.09729, eq. 5); Infinity disables it. */
  readonly dualClip: number;
  /** Weight of KL(policy || reference model); 0 needs no reference model. */
  readonly klCoefficient: number;
  readonly klEstimator: KlEstimator;
  /** Weight of the entropy bonus. */
  readonly entropyCoefficient: number;
  /** Maximum global gradient norm; larger gradients are scaled down to it. */
  readonly gradientClip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

/** Statistics of an update over the tokens it trained on. */
export interface UpdateStats {
  readonly loss: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  /** Share of tokens where the clipped ratio changed the loss. */
  readonly clipFraction: number;
  /** Share of tokens whose loss the dual clip bounded. */
  readonly clipFractionLow: number;
  /** Mean entropy (nats) of the next-token distribution, before the update. */
  readonly entropy: number;
  /** Mean of logprob when sampled - logprob before the update: estimates KL(policy that sampled || policy). */
  readonly oldKl: number;
  /** Mean k3 estimate of KL(policy || reference model), nats per token; null without a reference model. */
  readonly kl: number | null;
  /** Tokens trained on. */
  readonly tokens: number;
  /** Maximum over tokens of |logprob when sampled - logprob when trained|, before the update. */
  readonly logprobGap: number;
}

/** A rollout to score; it needs no advantages. */
export type ScoredRollout = Pick<Rollout, "prompt" | "response">;

/** Reports progress within a call. */
export type OnProgress = (done: number, total: number) => void;

/** A language model that can be sampled and improved. */
export interface Policy {
  /** `count` responses to every prompt, in the order of the requests. Rejects with the signal's reason when aborted. */
  sample(
    requests: readonly SampleRequest[],
    sampling: Sampling,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Response[][]>;
  /** One optimizer step on the rollouts. */
  update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<UpdateStats>;
  /** Returns the logprobs [T] of each rollout's tokens under the current weights, by softmax(logits / temperature). */
  score(
    rollouts: readonly ScoredRollout[],
    temperature: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  /** The same under the reference model. Rejects where none is kept. */
  initialLogprobs(
    rollouts: readonly ScoredRollout[],
    temperature: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
}
