/** The critic on recorded WebGPU graphs: the trainer's graph with a value head and no loss of logprobs. */
import { AdaptedWeights } from "../../webgpu/weights/adaptedWeights.ts";
import type { DecoderWeights } from "../../webgpu/weights/decoderWeights.ts";
import type { Gpu } from "../../webgpu/device/device.ts";
import { orFault } from "../../webgpu/device/faults.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { GpuTrainer } from "../../webgpu/training/gpuTrainer.ts";
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import type { TrainingCapacity } from "../../webgpu/training/trainingUpload.ts";
import type { CriticOptions, CriticStats, ValuedRollout } from "../../rl/contracts/critic.ts";
import type { OnProgress, ScoredRollout } from "../../rl/contracts/policy.ts";
import { adapterScale, adapterShapes, type AdapterConfig } from "../weights/adapter.ts";
import { updateCritic, type CriticLearner, type ValuedRow } from "../learning/criticUpdate.ts";
import { GradientError } from "../contracts/gradientError.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { parameterShapes, type HostTensor } from "../weights/parameters.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { scoreRollouts } from "../learning/scoreRollouts.ts";
import { withValueHead, withValueShapes, type TrainableCritic } from "../contracts/trainableCritic.ts";
import type { ScoredText, TrainedState } from "../contracts/trainablePolicy.ts";

/** Loss settings under which tokens have only a value loss. */
const VALUES_ONLY = {
  temperature: 1,
  clipLow: 0,
  clipHigh: 0,
  dualClip: Infinity,
  klCoefficient: 0,
  entropyCoefficient: 0,
  normalizer: 1,
};

export class GpuCritic implements TrainableCritic {
  readonly #gpu: Gpu;
  readonly #model: LanguageModel;
  readonly #parameters: ParameterBuffer;
  readonly #scorer: GpuScorer;
  readonly #trainer: GpuTrainer;
  readonly #budget: MemoryBudget;
  readonly #learner: CriticLearner;

  /**
   * Uploads the trained parameters: a value head and all weights, or a value head and an adapter on `frozen` weights, which
   * the caller owns. Throws a `RangeError` if they exceed the GPU's limits.
   */
  constructor(
    gpu: Gpu,
    model: LanguageModel,
    { weights, optimizer }: TrainedState,
    budget: MemoryBudget = DEFAULT_BUDGET,
    beside: { readonly frozen: DecoderWeights; readonly adapter: AdapterConfig } | null = null,
  ) {
    const { config } = model;
    this.#gpu = gpu;
    this.#model = model;
    this.#budget = budget;
    const shapes = beside === null ? parameterShapes(config) : adapterShapes(config, beside.adapter);
    this.#parameters = new ParameterBuffer(gpu, withValueShapes(config, shapes), config.headDim);
    this.#parameters.upload(withValueHead(config, weights));
    const all =
      beside === null
        ? this.#parameters
        : new AdaptedWeights(beside.frozen, this.#parameters, adapterScale(beside.adapter));
    this.#scorer = new GpuScorer(gpu, config, all);
    const { recompute, microBatchTokens } = budget;
    const options = optimizer ? { state: optimizer, recompute } : { recompute };
    this.#trainer = new GpuTrainer(gpu, config, all, options);
    this.#learner = {
      microBatchTokens,
      accumulate: (rows, options) => this.#accumulate(rows, options),
      step: (options) => this.#step(options),
      clearGradients: () => this.#trainer.forget(),
    };
  }

  /** Allocates for evaluating and training micro-batches of this size. */
  async reserve(capacity: TrainingCapacity): Promise<void> {
    await this.#scorer.reserve(capacity);
    await this.#trainer.reserve(capacity);
  }

  values(rollouts: readonly ScoredRollout[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { microBatchTokens } = this.#budget;
    const score = async (texts: readonly ScoredText[]): Promise<Float32Array> =>
      (await orFault(this.#gpu.fault, this.#scorer.score(texts, 1))).values;
    return scoreRollouts(this.#model, rollouts, { microBatchTokens, score }, signal);
  }

  update(
    rollouts: readonly ValuedRollout[],
    options: CriticOptions,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CriticStats> {
    const updated = updateCritic(this.#learner, this.#model, rollouts, options, signal, onProgress);
    return orFault(this.#gpu.fault, updated);
  }

  async #accumulate(rows: readonly ValuedRow[], { valueClip }: CriticOptions) {
    const { losses, values } = await this.#trainer.accumulate(rows, { ...VALUES_ONLY, valueClip });
    return { loss: losses.reduce((sum, loss) => sum + loss, 0), values };
  }

  async #step(options: CriticOptions): Promise<number> {
    const norm = await this.#trainer.step(options);
    if (!Number.isFinite(norm)) throw new GradientError(norm);
    return norm;
  }

  weights(): Promise<Map<string, HostTensor>> {
    return orFault(this.#gpu.fault, this.#parameters.download());
  }

  optimizerState(): Promise<OptimizerState> {
    return orFault(this.#gpu.fault, this.#trainer.state());
  }

  async dispose(): Promise<void> {
    this.#scorer.dispose();
    await this.#trainer.dispose();
    this.#parameters.dispose();
  }
}
