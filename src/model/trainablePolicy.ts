/** A policy of the method with what a run needs beside it: its weights and its optimizer's state, to keep them. */
import type { OptimizerState } from "../engine/optimizerState.ts";
import type { Policy } from "../rl/policy.ts";
import type { LanguageModel } from "./languageModel.ts";
import type { HostTensor } from "./parameters.ts";
import type { CriticStart, TrainableCritic } from "./trainableCritic.ts";

/** A text whose tokens from `first` (at least 1) on are to be scored. */
export interface ScoredText {
  readonly tokens: Int32Array;
  readonly first: number;
}

/** A policy on one way of computing it. */
export interface TrainablePolicy extends Policy {
  readonly model: LanguageModel;
  /** Logprobs of the scored tokens, text after text, under softmax(logits / temperature). */
  scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array>;
  /** Another policy of this model and on its way of computing, with memory of its own: a teacher, a reward model. */
  another(start: PolicyStart): TrainablePolicy;
  /** A critic of this policy's model and on its way of computing, with memory of its own. */
  critic(start: CriticStart): TrainableCritic;
  /** One weight now, on the host: those of a large model need not all be there at once. */
  weight(name: string): Promise<HostTensor>;
  /** The weights now, on the host. */
  weights(): Promise<Map<string, HostTensor>>;
  /** Replaces the weights; the optimizer stays as it is. */
  load(weights: ReadonlyMap<string, HostTensor>): void;
  /** Everything beside the weights that the next update depends on, on the host. */
  optimizerState(): Promise<OptimizerState>;
  /** Gives all memory back. */
  dispose(): Promise<void>;
}

/** What a policy starts from. */
export interface PolicyStart {
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** The weights that KL is held against; null when it is never asked for. */
  readonly reference: ReadonlyMap<string, HostTensor> | null;
  /** Of the run that is continued; null for the beginning. */
  readonly optimizer: OptimizerState | null;
}

/** The error of whoever asks for logprobs under an initial model that was not kept. */
export const NO_INITIAL_MODEL = "no initial model is kept: open the policy with a reference";
