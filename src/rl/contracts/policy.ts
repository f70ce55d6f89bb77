/** The verbs the method needs from a language model. `model/` implements them; tests use a three-number policy. */
import type { Response, Rollout } from "./types.ts";

/** How responses are drawn. */
export interface Sampling {
  /** Responses to draw for each prompt. */
  readonly count: number;
  /** Number of the first of them: it is drawn from this stream of its request's seed, the others from those after it; 0 where absent. */
  readonly first?: number;
  /** Softmax temperature; logprobs are of this tempered distribution. 0 means greedy. */
  readonly temperature: number;
  /** Nucleus: the smallest set of tokens whose probability reaches this; 1 means all. */
  readonly topP: number;
  /** Tokens after which a response is cut. */
  readonly maxResponseTokens: number;
}

/** A prompt and the seed of its responses: response i is drawn from stream i of that seed, whatever the batch. */
export interface SampleRequest {
  readonly prompt: string;
  readonly seed: number;
}

/** Estimators of KL(policy || initial model) a token (Schulman, "Approximating KL divergence"). */
export type KlEstimator = "k1" | "k2" | "k3";

/**
 * What one update minimises and how: clipped policy gradient (PPO, arXiv 1707.06347, eq. 7), a KL term and an entropy
 * bonus, summed over tokens by the weights of their rollouts.
 */
export interface UpdateOptions {
  readonly learningRate: number;
  /** Temperature the responses were drawn at; the loss divides the logits by it too. */
  readonly temperature: number;
  /** Clip bounds: the ratio is held in [1 - clipLow, 1 + clipHigh]. */
  readonly clipLow: number;
  readonly clipHigh: number;
  /** With a negative advantage the gain is at least this, above 1, times it (arXiv 1912.09729, eq. 5); Infinity: no bound. */
  readonly dualClip: number;
  /** Weight of KL(policy || initial model); 0 leaves the initial model out. */
  readonly klCoefficient: number;
  readonly klEstimator: KlEstimator;
  /** Weight of the entropy of the next-token distribution, which the update raises. */
  readonly entropyCoefficient: number;
  /** Largest global gradient norm; larger gradients are scaled down to it. */
  readonly gradientClip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

/** What an update did, over the tokens it trained on. */
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
  /** Mean logprob when sampled less that before the update: estimates KL(policy that sampled || policy). */
  readonly oldKl: number;
  /** Mean k3 estimate of KL(policy || initial model) in nats a token, or null when no reference is kept. */
  readonly kl: number | null;
  /** Tokens trained on. */
  readonly tokens: number;
  /** Largest |logprob when sampled - logprob when trained|, over the tokens, before the update. */
  readonly logprobGap: number;
}

/** What scoring needs of a rollout: it may have no advantages yet. */
export type ScoredRollout = Pick<Rollout, "prompt" | "response">;

/** Work done so far within a call, for progress bars. */
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
  /** Logprobs of each rollout's tokens under the weights as they are, by softmax(logits / temperature). */
  score(
    rollouts: readonly ScoredRollout[],
    temperature: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  /** The same under the initial model, which must have been kept: with none, it rejects. */
  initialLogprobs(
    rollouts: readonly ScoredRollout[],
    temperature: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
}
