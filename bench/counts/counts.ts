/**
 * What the engine asks of the GPU, counted with WebGPU's prototypes wrapped: numbers that hold on any hardware. Counting
 * is the difference of two batches that differ in length alone, so that what a batch costs once is left out.
 */
import { countGpuCalls } from "../../src/webgpu/gpuCalls/fixture.ts";
import type { Gpu } from "../../src/webgpu/device/device.ts";
import type { Decoding, RowRequest } from "../../src/decoder/generation.ts";
import { GpuSampler } from "../../src/webgpu/sampling/gpuSampler.ts";
import { GpuTrainer } from "../../src/webgpu/training/gpuTrainer.ts";
import { ParameterBuffer } from "../../src/webgpu/weights/parameterBuffer.ts";
import type { LossSettings } from "../../src/webgpu/layout/scoredToken.ts";
import type { TrainingRow } from "../../src/webgpu/training/trainingBatch.ts";
import type { ModelConfig } from "../../src/model/language/config.ts";
import { parameterShapes, type HostTensor } from "../../src/model/weights/parameters.ts";

/** The line that `--counts --json` prints. */
export interface Counts {
  readonly layers: number;
  readonly dispatchesPerToken: number;
  readonly submitsPerToken: number;
  readonly hostReadsPerToken: number;
  /** Buffers, bind groups, shader modules, pipelines and host writes that a token of a running batch makes. */
  readonly steadyStateCreations: number;
  readonly dispatchesPerTrainMicroBatch: number;
  readonly optimizerDispatches: number;
  /** With the layers' inputs kept alone and the rest computed again. */
  readonly dispatchesPerTrainMicroBatchWithRecompute: number;
  /** Intermediate results of the training graph by token trained on, where it keeps the layers' inputs alone. */
  readonly activationBytesPerToken: number;
  readonly activationBytesPerTokenWithoutRecompute: number;
}

const ROWS = 8;
const PROMPT = 32;
/** A batch of twice this length is compared with one of this. */
const TOKENS = 16;
const STEP = { learningRate: 1e-4, beta1: 0.9, beta2: 0.95, weightDecay: 0, gradientClip: 1 };
const LOSS: LossSettings = {
  temperature: 1,
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: Infinity,
  klCoefficient: 0,
  entropyCoefficient: 0,
  normalizer: 1,
};

/** Counts what a decoder's token and training micro-batch ask of the GPU. */
export async function countCalls(
  gpu: Gpu,
  config: ModelConfig,
  weights: ReadonlyMap<string, HostTensor>,
): Promise<Counts> {
  const parameters = new ParameterBuffer(gpu, parameterShapes(config), config.headDim);
  parameters.upload(weights);
  const decoded = await countDecoding(gpu, { ...config, eosTokens: [] }, parameters); // no row ends early
  const trained = await countTraining(gpu, config, parameters);
  parameters.dispose();
  await gpu.device.queue.onSubmittedWorkDone();
  gpu.fault.throwIfAborted();
  return { layers: config.layers, ...decoded, ...trained };
}

async function countDecoding(gpu: Gpu, config: ModelConfig, parameters: ParameterBuffer) {
  const sampler = new GpuSampler(gpu, config, parameters);
  const prompt = Int32Array.from({ length: PROMPT }, (_, i) => (7 * i + 3) % config.vocabulary);
  const requests = Array.from({ length: ROWS }, (_, stream): RowRequest => ({ prompt: 0, seed: 1, stream }));
  const count = (maxTokens: number) => {
    const decoding: Decoding = { temperature: 1, topP: 0.95, maxTokens };
    return countGpuCalls(gpu.device, () =>
      sampler.generate([prompt], requests, decoding, () => Promise.resolve()),
    );
  };
  await count(2 * TOKENS); // makes budget for both
  const [short, long] = [await count(TOKENS), await count(2 * TOKENS)];
  sampler.dispose();
  const perToken = (...calls: (keyof typeof long)[]): number =>
    calls.reduce((sum, call) => sum + long[call] - short[call], 0) / TOKENS;
  return {
    dispatchesPerToken: perToken("dispatchWorkgroups"),
    submitsPerToken: perToken("submit"),
    hostReadsPerToken: perToken("mapAsync"),
    steadyStateCreations: perToken(
      "createBuffer",
      "createBindGroup",
      "createShaderModule",
      "createComputePipeline",
      "createComputePipelineAsync",
      "writeBuffer",
    ),
  };
}

async function countTraining(gpu: Gpu, config: ModelConfig, parameters: ParameterBuffer) {
  const keeping = await countTrainer(gpu, config, parameters, false);
  const recomputing = await countTrainer(gpu, config, parameters, true);
  return {
    dispatchesPerTrainMicroBatch: keeping.dispatches,
    optimizerDispatches: keeping.optimizerDispatches,
    dispatchesPerTrainMicroBatchWithRecompute: recomputing.dispatches,
    activationBytesPerToken: recomputing.bytesPerToken,
    activationBytesPerTokenWithoutRecompute: keeping.bytesPerToken,
  };
}

async function countTrainer(gpu: Gpu, config: ModelConfig, parameters: ParameterBuffer, recompute: boolean) {
  const trainer = new GpuTrainer(gpu, config, parameters, { recompute });
  const [few, many] = [2, 4];
  await trainer.accumulate(trainingRows(config, few), LOSS);
  const small = await trainer.statistics();
  await trainer.accumulate(trainingRows(config, many), LOSS);
  const large = await trainer.statistics();
  const batch = await countGpuCalls(gpu.device, () => trainer.accumulate(trainingRows(config, many), LOSS));
  const step = await countGpuCalls(gpu.device, () => trainer.step(STEP));
  await trainer.dispose();
  const tokens = (many - few) * PROMPT * 3;
  return {
    dispatches: batch.dispatchWorkgroups,
    optimizerDispatches: step.dispatchWorkgroups,
    bytesPerToken: Math.round((large.scratchBytes - small.scratchBytes) / tokens),
  };
}

/** Rows of 96 tokens trained on, after a first one that nothing predicts; two thirds of them sampled. */
function trainingRows(config: ModelConfig, count: number): TrainingRow[] {
  const sampled = 2 * PROMPT;
  return Array.from({ length: count }, (_, row) => ({
    tokens: Int32Array.from({ length: 3 * PROMPT + 1 }, (_, i) => (5 * i + row) % config.vocabulary),
    first: PROMPT + 1,
    advantages: new Float32Array(sampled).fill(row % 2 === 0 ? 1 : -1),
    oldLogprobs: new Float32Array(sampled).fill(-6),
    referenceLogprobs: null,
  }));
}
