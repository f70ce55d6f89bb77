/** A policy that can be checkpointed and exported: its weights and optimizer state are readable. */
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import type { WeightSource } from "../../formats/numbers/weightSource.ts";
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import type { Policy } from "../../rl/contracts/policy.ts";
import type { Adapter, AdapterConfig } from "../weights/adapter.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { HostTensor } from "../weights/parameters.ts";
import type { TrainableCritic } from "./trainableCritic.ts";

/** A text of which tokens `first` (at least 1) to the end are scored. */
export interface ScoredText {
  readonly tokens: Int32Array;
  readonly first: number;
}

/** A policy on some backend. */
export interface TrainablePolicy extends Policy {
  readonly model: LanguageModel;
  /** The trained LoRA adapter; null if all weights are trained. */
  readonly adapter: AdapterConfig | null;
  /** Returns the logprobs (nats) of all scored tokens, text after text, under softmax(logits / temperature). */
  scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array>;
  /**
   * Creates a second policy with the same trained parameters on the same backend: a teacher or a reward model. It shares
   * the frozen weights, so dispose of it before this one.
   */
  createPolicy(start: TrainedState): TrainablePolicy;
  /** Creates a critic that trains the same parameters and a value head; otherwise as `createPolicy`. */
  createCritic(start: TrainedState): TrainableCritic;
  /** Reads one current weight to the host, any adapter merged: large models are exported tensor by tensor. */
  weight(name: string): Promise<HostTensor>;
  /** Reads the trained tensors to the host: all weights, or the adapter's. */
  weights(): Promise<Map<string, HostTensor>>;
  /** Replaces the trained tensors; the optimizer's state is unchanged. */
  load(weights: ReadonlyMap<string, HostTensor>): void;
  /** Reads the optimizer's state to the host. */
  optimizerState(): Promise<OptimizerState>;
  /** Releases all memory. */
  dispose(): Promise<void>;
}

/** Trained tensors and optimizer state. */
export interface TrainedState {
  /** All weights of the model, or the adapter's. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Null before the first step, and for a model without an optimizer. */
  readonly optimizer: OptimizerState | null;
}

/** Initial state of a policy. */
export interface PolicyStart {
  /** The model's weights: trained, or frozen under an adapter and then read tensor by tensor. */
  readonly weights: WeightSource;
  /** Adapter to train; absent or null trains all weights. */
  readonly adapter?: Adapter | null;
  /** Storage precision of the frozen weights under an adapter; float32 if absent. */
  readonly basePrecision?: BasePrecision;
  /** Trained tensors of the KL reference model; null if KL is not computed. */
  readonly reference: ReadonlyMap<string, HostTensor> | null;
  /** Optimizer state of a resumed run; null for a new run. */
  readonly optimizer: OptimizerState | null;
}

/** Message of the error when reference logprobs are requested of a policy opened without a reference. */
export const NO_REFERENCE_MODEL = "this policy has no reference model: open it with a reference";
