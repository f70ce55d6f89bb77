/** The critic on TensorFlow.js. */
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import { linear } from "../../ops/linear/linear.ts";
import * as tf from "../../ops/tf.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../../rl/contracts/critic.ts";
import type { OnProgress, ScoredRollout } from "../../rl/contracts/policy.ts";
import { adapterShapes, type Adapter } from "../weights/adapter.ts";
import { updateCritic, valueColumn, type CriticLearner, type ValuedRow } from "../learning/criticUpdate.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { predictorStates, layOutSharedRows } from "./training/loss.ts";
import type { HostTensor } from "../weights/parameters.ts";
import { downloadTensors, uploadTensors, type Parameters } from "./tfParameters.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { scoreRollouts } from "../learning/scoreRollouts.ts";
import { TfModel } from "./tfModel.ts";
import {
  VALUE_BIAS,
  VALUE_WEIGHT,
  withValueHead,
  type TrainableCritic,
} from "../contracts/trainableCritic.ts";
import type { ScoredText, TrainedState } from "../contracts/trainablePolicy.ts";
import { TrainedDecoder } from "./training/trainedDecoder.ts";
import { parameter, type Decoder } from "./transformer.ts";
import { valueLoss } from "./training/valueLoss.ts";

/** An untied output head: values do not depend on it, so it is kept but not trained. */
const HEAD = "lm_head.weight";

export class TfCritic implements TrainableCritic {
  readonly #model: TfModel;
  readonly #ownsModel: boolean;
  readonly #trained: TrainedDecoder;
  readonly #untrained = new Map<string, tf.Tensor>();
  readonly #budget: MemoryBudget;
  readonly #learner: CriticLearner;

  /** Trains a value head and all weights, or the adapter of `frozen`, whose model stays the caller's. */
  constructor(
    model: LanguageModel,
    { weights, optimizer }: TrainedState,
    frozen: { readonly model: TfModel; readonly adapter: Adapter } | null = null,
    budget: MemoryBudget = DEFAULT_BUDGET,
  ) {
    this.#budget = budget;
    this.#ownsModel = frozen === null;
    this.#model = frozen?.model ?? new TfModel(model, weights);
    const adapter = frozen?.adapter ?? null;
    const trained =
      adapter === null
        ? this.#model.parameters
        : uploadTensors([...adapterShapes(model.config, adapter).keys()], weights);
    const head = trained.get(HEAD);
    if (head !== undefined) this.#untrained.set(HEAD, head);
    trained.delete(HEAD);
    const valueHead = uploadTensors([VALUE_WEIGHT, VALUE_BIAS], withValueHead(model.config, weights));
    for (const [name, tensor] of valueHead) trained.set(name, tensor);
    this.#trained = new TrainedDecoder(this.#model, adapter, trained, optimizer, budget);
    this.#learner = {
      microBatchTokens: budget.microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#trained.step(options),
      clearGradients: () => this.#trained.clearGradients(),
    };
  }

  values(rollouts: readonly ScoredRollout[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { microBatchTokens } = this.#budget;
    const score = (texts: readonly ScoredText[]) => this.#valuesOf(texts);
    return scoreRollouts(this.#model, rollouts, { microBatchTokens, score }, signal);
  }

  async #valuesOf(texts: readonly ScoredText[]): Promise<Float32Array> {
    const { decoder, tensors } = this.#trained;
    const values = tf.tidy(() => valued(decoder, tensors, texts));
    const found = await values.data<"float32">();
    values.dispose();
    return found;
  }

  update(
    rollouts: readonly ValuedRollout[],
    options: CriticOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CriticStats> {
    return updateCritic(this.#learner, this.#model, rollouts, options, signal, onProgress);
  }

  async #accumulate(rows: readonly ValuedRow[], { valueClip }: CriticOptions) {
    let kept: tf.Tensor | undefined;
    const loss = await this.#trained.accumulate((decoder, trained) => {
      const values = valued(decoder, trained, rows);
      kept = tf.keep(tf.clone(values));
      const targets = {
        old: tf.tensor1d(valueColumn(rows, "old")),
        returns: tf.tensor1d(valueColumn(rows, "returns")),
        weights: tf.tensor1d(valueColumn(rows, "weights")),
      };
      return valueLoss(values, targets, valueClip);
    });
    if (kept === undefined) throw new Error("the loss was not computed");
    const values = await kept.data<"float32">();
    kept.dispose();
    return { loss, values };
  }

  weights(): Promise<Map<string, HostTensor>> {
    return downloadTensors(new Map([...this.#trained.tensors, ...this.#untrained]));
  }

  optimizerState(): Promise<OptimizerState> {
    return this.#trained.optimizer.state();
  }

  dispose(): Promise<void> {
    this.#trained.optimizer.dispose();
    tf.dispose([...this.#trained.tensors.values(), ...this.#untrained.values()]);
    if (this.#ownsModel) this.#model.dispose();
    return Promise.resolve();
  }
}

/** Returns the values [K] of the scored tokens; `trained` includes the value head. */
function valued(decoder: Decoder, trained: Parameters, texts: readonly ScoredText[]): tf.Tensor {
  const head = { ...decoder, parameters: trained };
  const hidden = predictorStates(decoder, layOutSharedRows(texts));
  return tf.reshape(linear(hidden, parameter(head, VALUE_WEIGHT), parameter(head, VALUE_BIAS)), [-1]);
}
