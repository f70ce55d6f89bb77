/** The policy on recorded WebGPU graphs: sampler and trainer share one buffer of weights. */
import { AdaptedWeights } from "../../webgpu/weights/adaptedWeights.ts";
import type { DecoderWeights } from "../../webgpu/weights/decoderWeights.ts";
import type { Gpu } from "../../webgpu/device/device.ts";
import { orFault } from "../../webgpu/device/faults.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { GpuTrainer } from "../../webgpu/training/gpuTrainer.ts";
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import { allWeights, readWeight, type WeightSource } from "../../formats/numbers/weightSource.ts";
import type {
  OnProgress,
  SampleRequest,
  Sampling,
  ScoredRollout,
  UpdateOptions,
  UpdateStats,
} from "../../rl/contracts/policy.ts";
import type { Response, Rollout } from "../../rl/contracts/types.ts";
import {
  adapterScale,
  adapterShapes,
  loraNames,
  mergedWeight,
  type AdapterConfig,
} from "../weights/adapter.ts";
import { createYield } from "../learning/eventLoopYield.ts";
import { fillFrozenBase, takeFrozenBase, type FrozenBase } from "./frozenBase.ts";
import { GpuCritic } from "./gpuCritic.ts";
import { GradientError } from "../contracts/gradientError.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { checkTokens } from "../language/tokenIds.ts";
import { parameterShapes, type HostTensor } from "../weights/parameters.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { layOutRequests, toResponses } from "../learning/requests.ts";
import { scoreRollouts } from "../learning/scoreRollouts.ts";
import {
  NO_REFERENCE_MODEL,
  type PolicyStart,
  type ScoredText,
  type TrainablePolicy,
  type TrainedState,
} from "../contracts/trainablePolicy.ts";
import { update, type Learner } from "../learning/update.ts";
import type { Accumulated } from "../learning/updateSums.ts";
import type { Workload } from "../contracts/workload.ts";

/** Weights on the GPU with a scorer. */
interface Scored {
  readonly parameters: ParameterBuffer;
  readonly scorer: GpuScorer;
}

/** An adapter and the frozen weights under it. */
interface Adapted {
  readonly adapter: AdapterConfig;
  /** Frozen weights on the GPU. */
  readonly frozen: FrozenBase;
  /** Frozen weights as read, for merging: those on the GPU may be rounded. */
  readonly source: WeightSource;
}

/** Initial trained parameters: all weights, or the adapter's. */
type GpuStart = TrainedState & Pick<PolicyStart, "reference">;

export class GpuPolicy implements TrainablePolicy {
  readonly model: LanguageModel;
  readonly #gpu: Gpu;
  readonly #adapted: Adapted | null;
  readonly #ownsFrozen: boolean;
  /** Trained parameters. */
  readonly #parameters: ParameterBuffer;
  readonly #sampler: GpuSampler;
  readonly #optimizer: OptimizerState | null;
  readonly #budget: MemoryBudget;
  readonly #learner: Learner;
  /** The reference model; null if KL is not used. */
  readonly #reference: Scored | null;
  /** Created when first needed: evaluation needs no training memory. */
  #trainer: GpuTrainer | null = null;
  #scorer: GpuScorer | null = null;

  /**
   * Uploads the weights; those under an adapter one tensor at a time. Rejects with a `RangeError` if they exceed the GPU's
   * limits.
   */
  static async open(
    gpu: Gpu,
    model: LanguageModel,
    { weights, adapter = null, basePrecision = "f32", reference, optimizer }: PolicyStart,
    budget: MemoryBudget = DEFAULT_BUDGET,
  ): Promise<GpuPolicy> {
    if (adapter === null)
      return new GpuPolicy(gpu, model, { weights: await allWeights(weights), reference, optimizer }, budget);
    const frozen = takeFrozenBase(gpu, model.config, basePrecision);
    await fillFrozenBase(frozen, model.config, weights);
    const start = { weights: adapter.tensors, reference, optimizer };
    return new GpuPolicy(gpu, model, start, budget, { adapter, frozen, source: weights }, true);
  }

  /** Uploads the trained parameters. The frozen weights under an adapter are on the GPU already; `ownsFrozen` passes ownership. */
  constructor(
    gpu: Gpu,
    model: LanguageModel,
    { weights, reference, optimizer }: GpuStart,
    budget: MemoryBudget,
    adapted: Adapted | null = null,
    ownsFrozen = false,
  ) {
    this.#gpu = gpu;
    this.model = model;
    this.#budget = budget;
    this.#adapted = adapted;
    this.#ownsFrozen = ownsFrozen;
    this.#parameters = this.#upload(weights, adapted === null ? "parameters" : "adapter");
    const { cacheBytes } = budget;
    this.#sampler = new GpuSampler(
      gpu,
      model.config,
      this.#weightsWith(this.#parameters),
      cacheBytes ?? undefined,
    );
    this.#optimizer = optimizer;
    this.#reference = reference === null ? null : this.#scored(this.#upload(reference, "reference"));
    this.#learner = {
      microBatchTokens: budget.microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#step(options),
      clearGradients: () => this.#training().forget(),
    };
  }

  get adapter(): AdapterConfig | null {
    return this.#adapted?.adapter ?? null;
  }

  /** Uploads trained parameters: all weights, or an adapter's. */
  #upload(weights: ReadonlyMap<string, HostTensor>, label: string): ParameterBuffer {
    const { config } = this.model;
    const shapes = this.adapter === null ? parameterShapes(config) : adapterShapes(config, this.adapter);
    const parameters = new ParameterBuffer(this.#gpu, shapes, config.headDim, label);
    parameters.upload(weights);
    return parameters;
  }

  /** Returns the weights of the model with these trained parameters. */
  #weightsWith(parameters: ParameterBuffer): DecoderWeights {
    if (this.#adapted === null) return parameters;
    const { frozen, adapter } = this.#adapted;
    return new AdaptedWeights(frozen, parameters, adapterScale(adapter));
  }

  #scored(parameters: ParameterBuffer): Scored {
    const weights = this.#weightsWith(parameters);
    return { parameters, scorer: new GpuScorer(this.#gpu, this.model.config, weights) };
  }

  #training(): GpuTrainer {
    const state = this.#optimizer;
    const { recompute } = this.#budget;
    const options = state ? { state, recompute } : { recompute };
    const weights = this.#weightsWith(this.#parameters);
    this.#trainer ??= new GpuTrainer(this.#gpu, this.model.config, weights, options);
    return this.#trainer;
  }

  /** Allocates for a workload, and for nothing else. */
  async reserve({ sampled, trained, scored }: Workload): Promise<void> {
    for (const { maxTokens, ...asked } of sampled) await this.#sampler.reserve(asked, maxTokens);
    if (scored !== null) await this.#scoring().reserve(scored);
    if (trained === null) return;
    await this.#reference?.scorer.reserve(trained);
    await this.#training().reserve(trained);
  }

  #scoring(): GpuScorer {
    this.#scorer ??= this.#scored(this.#parameters).scorer;
    return this.#scorer;
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
    const decoding = { temperature, topP, maxTokens };
    const decoded = this.#sampler.generate(prompts, rows, decoding, (live) => {
      onProgress?.(rows.length - live, rows.length);
      return pause();
    });
    const generated = await orFault(this.#gpu.fault, decoded);
    onProgress?.(rows.length, rows.length);
    return toResponses(this.model.tokenizer, prompts, generated);
  }

  update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<UpdateStats> {
    const updated = update(this.#learner, this.model, rollouts, options, signal, onProgress);
    return orFault(this.#gpu.fault, updated);
  }

  async #accumulate(batch: readonly TrainingRow[], options: UpdateOptions): Promise<Accumulated> {
    const referenceLogprobs = await this.#referenceLogprobs(batch, options.temperature);
    const rows = referenceLogprobs === null ? batch : withReference(batch, referenceLogprobs);
    const { losses, logprobs, entropies } = await this.#training().accumulate(rows, {
      ...options,
      normalizer: 1,
    });
    return { loss: losses.reduce((sum, loss) => sum + loss, 0), logprobs, entropies, referenceLogprobs };
  }

  async #referenceLogprobs(batch: readonly TrainingRow[], temperature: number): Promise<Float32Array | null> {
    if (this.#reference === null) return null;
    return (await this.#reference.scorer.score(batch, temperature)).logprobs;
  }

  async #step(options: UpdateOptions): Promise<number> {
    const norm = await this.#training().step(options);
    if (!Number.isFinite(norm)) throw new GradientError(norm);
    return norm;
  }

  score(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    const { microBatchTokens } = this.#budget;
    const score = (texts: readonly ScoredText[]) => this.scoreTexts(texts, temperature);
    return scoreRollouts(this.model, rollouts, { microBatchTokens, score }, signal);
  }

  async initialLogprobs(rollouts: readonly ScoredRollout[], temperature: number, signal?: AbortSignal) {
    const scorer = this.#reference?.scorer;
    if (scorer === undefined) throw new Error(NO_REFERENCE_MODEL);
    const { microBatchTokens } = this.#budget;
    const score = async (texts: readonly ScoredText[]): Promise<Float32Array> =>
      (await orFault(this.#gpu.fault, scorer.score(texts, temperature))).logprobs;
    return scoreRollouts(this.model, rollouts, { microBatchTokens, score }, signal);
  }

  async scoreTexts(texts: readonly ScoredText[], temperature: number): Promise<Float32Array> {
    for (const { tokens } of texts) checkTokens(tokens, this.model.config.vocabulary);
    return (await orFault(this.#gpu.fault, this.#scoring().score(texts, temperature))).logprobs;
  }

  createPolicy(start: TrainedState): GpuPolicy {
    return new GpuPolicy(this.#gpu, this.model, { ...start, reference: null }, this.#budget, this.#adapted);
  }

  createCritic(start: TrainedState): GpuCritic {
    return new GpuCritic(this.#gpu, this.model, start, this.#budget, this.#adapted);
  }

  async weight(name: string): Promise<HostTensor> {
    const download = (each: string) => orFault(this.#gpu.fault, this.#parameters.downloadOne(each));
    if (this.#adapted === null) return download(name);
    const { adapter, source } = this.#adapted;
    const tensors = new Map<string, HostTensor>();
    for (const each of Object.values(loraNames(name)))
      if (this.#parameters.has(each)) tensors.set(each, await download(each));
    return mergedWeight(name, await readWeight(source, name), { ...adapter, tensors });
  }

  weights(): Promise<Map<string, HostTensor>> {
    return orFault(this.#gpu.fault, this.#parameters.download());
  }

  load(weights: ReadonlyMap<string, HostTensor>): void {
    this.#parameters.upload(weights);
  }

  optimizerState(): Promise<OptimizerState> {
    return orFault(this.#gpu.fault, this.#training().state());
  }

  async dispose(): Promise<void> {
    this.#sampler.dispose();
    this.#scorer?.dispose();
    this.#reference?.scorer.dispose();
    this.#reference?.parameters.dispose();
    await this.#trainer?.dispose();
    this.#parameters.dispose();
    if (this.#ownsFrozen) this.#adapted?.frozen.dispose();
  }
}

/** Gives each row its part of `logprobs`. */
function withReference(batch: readonly TrainingRow[], logprobs: Float32Array): TrainingRow[] {
  let next = 0;
  return batch.map((row) => {
    const start = next;
    next += row.tokens.length - row.first;
    return { ...row, referenceLogprobs: logprobs.subarray(start, next) };
  });
}
