/** The critic on TensorFlow.js. */
import type { OptimizerState } from "../engine/optimizerState.ts";
import { linear } from "../kernels/linear/linear.ts";
import * as tf from "../kernels/tf.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../rl/critic.ts";
import type { OnProgress, ScoredRollout } from "../rl/policy.ts";
import { updateCritic, valueColumn, type CriticLearner, type ValuedRow } from "./criticUpdate.ts";
import type { LanguageModel } from "./languageModel.ts";
import { predictorStates, scoreResponses } from "./loss.ts";
import { Optimizer } from "./optimizer.ts";
import { downloadTensors, loadParameters, type HostTensor, type Parameters } from "./parameters.ts";
import { FULL_ROOM, type Room } from "./room.ts";
import { scoreRollouts } from "./scoreRollouts.ts";
import { createDecoder } from "./tfModel.ts";
import {
  VALUE_BIAS,
  VALUE_WEIGHT,
  withValueHead,
  type CriticStart,
  type TrainableCritic,
} from "./trainableCritic.ts";
import type { ScoredText } from "./trainablePolicy.ts";
import { parameter, type Decoder } from "./transformer.ts";
import { valueLoss } from "./valueLoss.ts";

/** The matrix of logits where it is not the embedding: no value depends on it, so it is kept but not trained. */
const LOGITS = "lm_head.weight";

export class TfCritic implements TrainableCritic {
  readonly #model: LanguageModel;
  readonly #trained: Map<string, tf.Tensor>;
  readonly #untrained = new Map<string, tf.Tensor>();
  readonly #decoder: Decoder;
  readonly #optimizer: Optimizer;
  readonly #room: Room;
  readonly #learner: CriticLearner;

  constructor(model: LanguageModel, { weights, optimizer }: CriticStart, room: Room = FULL_ROOM) {
    this.#model = model;
    this.#room = room;
    this.#trained = loadParameters(model.config, weights);
    const logits = this.#trained.get(LOGITS);
    if (logits !== undefined) this.#untrained.set(LOGITS, logits);
    this.#trained.delete(LOGITS);
    const all = withValueHead(model.config, weights);
    for (const name of [VALUE_WEIGHT, VALUE_BIAS]) {
      const { data = new Float32Array(), shape = [] } = all.get(name) ?? {};
      this.#trained.set(name, tf.keep(tf.tensor(data, [...shape])));
    }
    this.#decoder = createDecoder(model.config, this.#trained);
    this.#optimizer = new Optimizer(this.#trained, optimizer);
    this.#learner = {
      microBatchTokens: room.microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#optimizer.step(options),
      forget: () => this.#optimizer.forget(),
    };
  }

  values(rollouts: readonly ScoredRollout[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { microBatchTokens } = this.#room;
    const score = (texts: readonly ScoredText[]) => this.#valuesOf(texts);
    return scoreRollouts(this.#model.tokenizer, rollouts, { microBatchTokens, score }, signal);
  }

  async #valuesOf(texts: readonly ScoredText[]): Promise<Float32Array> {
    const values = tf.tidy(() => this.#valued(this.#trained, texts));
    const found = await values.data<"float32">();
    values.dispose();
    return found;
  }

  /** Values [K] of the scored tokens. */
  #valued(parameters: Parameters, texts: readonly ScoredText[]): tf.Tensor {
    const decoder = { ...this.#decoder, parameters };
    const rows = scoreResponses(
      texts.map(({ tokens }) => tokens),
      texts.map(({ first }) => first),
    );
    const hidden = predictorStates(decoder, rows);
    return tf.reshape(linear(hidden, parameter(decoder, VALUE_WEIGHT), parameter(decoder, VALUE_BIAS)), [-1]);
  }

  update(
    rollouts: readonly ValuedRollout[],
    options: CriticOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CriticStats> {
    return updateCritic(this.#learner, this.#model.tokenizer, rollouts, options, signal, onProgress);
  }

  async #accumulate(rows: readonly ValuedRow[], { valueClip }: CriticOptions) {
    let kept: tf.Tensor | undefined;
    const loss = await this.#optimizer.accumulate((parameters) => {
      const values = this.#valued(parameters, rows);
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
    return downloadTensors(new Map([...this.#trained, ...this.#untrained]));
  }

  optimizerState(): Promise<OptimizerState> {
    return this.#optimizer.state();
  }

  dispose(): Promise<void> {
    this.#optimizer.dispose();
    tf.dispose([...this.#trained.values(), ...this.#untrained.values()]);
    tf.dispose([this.#decoder.rope.cos, this.#decoder.rope.sin]);
    return Promise.resolve();
  }
}
