/** The verbs the method needs from a language model. `model/` implements them; tests use a three-number policy. */
import type { Response, Rollout } from "./types.ts";

/** How responses are drawn. */
export interface Sampling {
  /** Responses to draw for each prompt. */
  readonly count: number;
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

/** What one update minimises and how: clipped policy gradient (PPO, arXiv 1707.06347, eq. 7) with a KL term. */
export interface UpdateOptions {
  readonly learningRate: number;
  /** Temperature the responses were drawn at; the loss divides the logits by it too. */
  readonly temperature: number;
  /** Clip bound: the ratio is held in [1 - clipRange, 1 + clipRange]. */
  readonly clipRange: number;
  /** Weight of KL(policy || initial model), estimator k3; 0 leaves the initial model out. */
  readonly klCoefficient: number;
  /** Largest global gradient norm; larger gradients are scaled down to it. */
  readonly gradientClip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** The token sum of the loss is divided by this: the number of sampled tokens the update stands for. */
  readonly normalizer: number;
}

/** What an update did, over the tokens it trained on. */
export interface UpdateStats {
  readonly loss: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  /** Share of tokens where clipping changed the loss. */
  readonly clipFraction: number;
  /** Mean k3 estimate of KL(policy || initial model) in nats a token, or null when no reference is kept. */
  readonly kl: number | null;
  /** Tokens trained on. */
  readonly tokens: number;
  /** Largest |logprob when sampled - logprob when trained|, over the tokens, before the update. */
  readonly logprobGap: number;
}

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
}
