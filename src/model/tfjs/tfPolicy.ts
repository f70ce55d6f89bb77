/** A policy on TensorFlow.js: sampling with a KV cache, and updates with the clipped policy loss. */
import type { Generated } from "../../decoder/generation.ts";
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import * as tf from "../../ops/tf.ts";
import type {
  OnProgress,
  SampleRequest,
  Sampling,
  ScoredRollout,
  UpdateOptions,
  UpdateStats,
} from "../../rl/contracts/policy.ts";
import type { Response, Rollout } from "../../rl/contracts/types.ts";
import { createYield } from "../learning/eventLoopYield.ts";
import { checkTokens } from "../language/tokenIds.ts";
import { generate } from "./decoding/generate.ts";
import { layOutSharedRows, scoreTokens, type ScoredRows } from "./training/loss.ts";
import { adapterShapes, loraNames, mergedWeight, type Adapter } from "../weights/adapter.ts";
import { microBatches } from "../learning/microBatches.ts";
import type { HostTensor } from "../weights/parameters.ts";
import {
  downloadTensors,
  loadParameters,
  uploadTensors,
  type Parameters as Tensors,
} from "./tfParameters.ts";
import { policyLoss } from "./training/policyLoss.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { layOutRequests, toResponses } from "../learning/requests.ts";
import { column, type WeightedRow } from "../learning/rolloutRows.ts";
import { rowsPerBatch } from "./decoding/rowsPerBatch.ts";
import { scoreRollouts } from "../learning/scoreRollouts.ts";
import { TfCritic } from "./tfCritic.ts";
import { TfModel } from "./tfModel.ts";
import {
  NO_REFERENCE_MODEL,
  type PolicyStart,
  type ScoredText,
  type TrainablePolicy,
  type TrainedState,
} from "../contracts/trainablePolicy.ts";
import { TrainedDecoder } from "./training/trainedDecoder.ts";
import { update, type Learner } from "../learning/update.ts";
import type { Accumulated } from "../learning/updateSums.ts";

export class TfPolicy implements TrainablePolicy {
  readonly model: TfModel;
  readonly adapter: Adapter | null;
  readonly #ownsModel: boolean;
  readonly #trained: TrainedDecoder;
  readonly #budget: MemoryBudget;
  /** Trained tensors of the KL reference model; null without KL. */
  readonly #reference: Tensors | null;
  readonly #learner: Learner;

  /** Trains `model` or an adapter of it. Takes ownership of `model` if `ownsModel`. */
  constructor(
    model: TfModel,
    { adapter = null, reference, optimizer }: Omit<PolicyStart, "weights">,
    budget: MemoryBudget = DEFAULT_BUDGET,
    ownsModel = true,
  ) {
    this.model = model;
    this.adapter = adapter;
    this.#ownsModel = ownsModel;
    this.#budget = budget;
    const trained = adapter === null ? model.parameters : this.#upload(adapter.tensors);
    this.#trained = new TrainedDecoder(model, adapter, trained, optimizer, budget);
    this.#reference = reference === null ? null : this.#upload(reference);
    this.#learner = {
      microBatchTokens: budget.microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#trained.step(options),
      clearGradients: () => this.#trained.clearGradients(),
    };
  }

  /** Uploads trained tensors: all weights, or an adapter's. */
  #upload(weights: ReadonlyMap<string, HostTensor>): Map<string, tf.Tensor> {
    const { config } = this.model;
    if (this.adapter === null) return loadParameters(config, weights);
    return uploadTensors([...adapterShapes(config, this.adapter).keys()], weights);
  }

  async sample(
    requests: readonly SampleRequest[],
    sampling: Sampling,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Response[][]> {
    const { prompts, rows } = layOutRequests(this.model, requests, sampling);
    const { temperature, topP, maxResponseTokens: maxTokens } = sampling;
    const pause = createYield(signal);
    const generated: Generated[] = [];
    const batchRows = rowsPerBatch(this.model.config, maxTokens, this.#budget);
    for (const batch of microBatches(rows, () => 1, batchRows)) {
      const firstPrompt = batch[0]?.prompt ?? 0;
      const used = prompts.slice(firstPrompt, (batch.at(-1)?.prompt ?? 0) + 1);
      const local = batch.map((row) => ({ ...row, prompt: row.prompt - firstPrompt }));
      const decoded = generated.length;
      generated.push(
        ...(await generate(this.#trained.decoder, used, local, { temperature, topP, maxTokens }, (live) => {
          onProgress?.(decoded + batch.length - live, rows.length);
          return pause();
        })),
      );
      onProgress?.(generated.length, rows.length);
    }
    return toResponses(this.model.tokenizer, prompts, generated);
  }

  update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<UpdateStats> {
    return update(this.#learner, this.model, rollouts, options, signal, onProgress);
  }

  async #accumulate(batch: readonly WeightedRow[], options: UpdateOptions): Promise<Accumulated> {
    const rows = layOutSharedRows(batch);
    const reference = this.#reference;
    const referenceLogprobs =
      reference === null ? null : await this.#logprobs(reference, rows, options.temperature);
    let scores: tf.Tensor | undefined;
    const loss = await this.#trained.accumulate((decoder) => {
      const trained = scoreTokens(decoder, rows, options.temperature);
      scores = tf.keep(tf.concat([trained.logprob, trained.entropy]));
      const targets = {
        advantages: tf.tensor1d(column(batch, "advantages")),
        weights: tf.tensor1d(column(batch, "weights")),
        oldLogprobs: tf.tensor1d(column(batch, "oldLogprobs")),
        referenceLogprobs: referenceLogprobs === null ? null : tf.tensor1d(referenceLogprobs),
      };
      return policyLoss(trained, targets, options);
    });
    if (scores === undefined) throw new Error("the loss was not computed");
    const values = await scores.data<"float32">();
    scores.dispose();
    const tokens = values.length / 2;
    return { loss, logprobs: values.slice(0, tokens), entropies: values.slice(tokens), referenceLogprobs };
  }

  score(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    return this.#scores(this.#trained.tensors, rollouts, temperature, signal);
  }

  async initialLogprobs(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    if (this.#reference === null) throw new Error(NO_REFERENCE_MODEL);
    return this.#scores(this.#reference, rollouts, temperature, signal);
  }

  #scores(trained: Tensors, rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    const { microBatchTokens } = this.#budget;
    const score = (texts: readonly ScoredText[]) =>
      this.#logprobs(trained, layOutSharedRows(texts), temperature);
    return scoreRollouts(this.model, rollouts, { microBatchTokens, score }, signal);
  }

  async scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array> {
    for (const { tokens } of texts) checkTokens(tokens, this.model.config.vocabulary);
    return this.#logprobs(this.#trained.tensors, layOutSharedRows(texts), temperature);
  }

  async #logprobs(trained: Tensors, rows: ScoredRows, temperature: number): Promise<Float32Array> {
    const decoder = this.model.decoderWith(trained, this.adapter);
    const logprob = tf.tidy(() => scoreTokens(decoder, rows, temperature).logprob);
    const values = await logprob.data<"float32">();
    logprob.dispose();
    return values;
  }

  createPolicy({ weights, optimizer }: TrainedState): TfPolicy {
    const start = { reference: null, optimizer };
    if (this.adapter === null) return new TfPolicy(new TfModel(this.model, weights), start, this.#budget);
    const adapter = { ...this.adapter, tensors: weights };
    return new TfPolicy(this.model, { ...start, adapter }, this.#budget, false);
  }

  createCritic(start: TrainedState): TfCritic {
    const { model, adapter } = this;
    return new TfCritic(model, start, adapter === null ? null : { model, adapter }, this.#budget);
  }

  async weight(name: string): Promise<HostTensor> {
    const own = await this.model.weight(name);
    if (this.adapter === null) return own;
    const { tensors } = this.#trained;
    const lora = [...tensors].filter(([key]) => Object.values(loraNames(name)).includes(key));
    const adapter = { ...this.adapter, tensors: await downloadTensors(new Map(lora)) };
    return mergedWeight(name, own, adapter);
  }

  weights(): Promise<Map<string, HostTensor>> {
    return downloadTensors(this.#trained.tensors);
  }

  load(weights: ReadonlyMap<string, HostTensor>): void {
    const { tensors } = this.#trained;
    for (const [name, tensor] of this.#upload(weights)) {
      tensors.get(name)?.dispose();
      tensors.set(name, tensor);
    }
  }

  optimizerState(): Promise<OptimizerState> {
    return this.#trained.optimizer.state();
  }

  dispose(): Promise<void> {
    this.#trained.optimizer.dispose();
    tf.dispose([...this.#trained.tensors.values(), ...(this.#reference?.values() ?? [])]);
    if (this.#ownsModel) this.model.dispose();
    return Promise.resolve();
  }
}
