/** A policy of the method with what a run needs beside it: its weights and its optimizer's state, to keep them. */
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import type { WeightSource } from "../../formats/numbers/weightSource.ts";
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import type { Policy } from "../../rl/contracts/policy.ts";
import type { Adapter, AdapterConfig } from "../weights/adapter.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { HostTensor } from "../weights/parameters.ts";
import type { TrainableCritic } from "./trainableCritic.ts";

/** A text whose tokens from `first` (at least 1) on are to be scored. */
export interface ScoredText {
  readonly tokens: Int32Array;
  readonly first: number;
}

/** A policy on one way of computing it. */
export interface TrainablePolicy extends Policy {
  readonly model: LanguageModel;
  /** What is trained in place of the model's weights; null trains them. */
  readonly adapter: AdapterConfig | null;
  /** Logprobs of the scored tokens, text after text, under softmax(logits / temperature). */
  scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array>;
  /**
   * Another policy that trains the same of this model, on its way of computing: a teacher, a reward model. What is frozen
   * they share, so this one outlives it.
   */
  createPolicy(start: TrainedState): TrainablePolicy;
  /** A critic that trains the same of this model and a value head, as `another`. */
  createCritic(start: TrainedState): TrainableCritic;
  /** One weight of the model now, an adapter merged in, on the host: those of a large model need not all be there at once. */
  weight(name: string): Promise<HostTensor>;
  /** What is trained, on the host: all weights, or the adapter's. */
  weights(): Promise<Map<string, HostTensor>>;
  /** Replaces what is trained; the optimizer stays as it is. */
  load(weights: ReadonlyMap<string, HostTensor>): void;
  /** Everything beside the weights that the next update depends on, on the host. */
  optimizerState(): Promise<OptimizerState>;
  /** Gives all memory back. */
  dispose(): Promise<void>;
}

/** What is trained, and how far it has come. */
export interface TrainedState {
  /** All weights, or the adapter's. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Null for the beginning, and for a model that takes no optimizer steps. */
  readonly optimizer: OptimizerState | null;
}

/** What a policy starts from. */
export interface PolicyStart {
  /** The model's weights: what is trained, or what stays as it is under an adapter and is read tensor by tensor. */
  readonly weights: WeightSource;
  /** What is trained in place of the weights; absent or null trains them. */
  readonly adapter?: Adapter | null;
  /** How the weights under an adapter are kept; absent is float32. */
  readonly basePrecision?: BasePrecision;
  /** What KL is held against: weights, or an adapter's tensors where one is trained; null when it is never asked for. */
  readonly reference: ReadonlyMap<string, HostTensor> | null;
  /** Of the run that is continued; null for the beginning. */
  readonly optimizer: OptimizerState | null;
}

/** The error of whoever asks for logprobs under an initial model that was not kept. */
export const NO_REFERENCE_MODEL = "no initial model is kept: open the policy with a reference";
