/**
 * GPU calls of the engine, counted by wrapping WebGPU's prototypes: numbers that hold on any hardware. Calls per token are
 * the difference between two batches that differ only in length, which excludes the calls per batch.
 */
import { countGpuCalls } from "../src/webgpu/gpuCalls/fixture.ts";
import type { Gpu } from "../src/webgpu/device/device.ts";
import type { Decoding, RowRequest } from "../src/decoder/generation.ts";
import { GpuSampler } from "../src/webgpu/sampling/gpuSampler.ts";
import { GpuTrainer } from "../src/webgpu/training/gpuTrainer.ts";
import { ParameterBuffer } from "../src/webgpu/weights/parameterBuffer.ts";
import type { TrainingRow } from "../src/webgpu/training/trainingBatch.ts";
import type { ModelConfig } from "../src/model/language/config.ts";
import { parameterShapes, type HostTensor } from "../src/model/weights/parameters.ts";
import { LOSS, PROMPT, promptOf, STEP } from "./contenders/workload.ts";

/** Output of `--counts --json`. */
export interface Counts {
  readonly layers: number;
  readonly dispatchesPerToken: number;
  readonly submitsPerToken: number;
  readonly hostReadsPerToken: number;
  /** Buffers, bind groups, shader modules, pipelines and host writes per decoded token. */
  readonly steadyStateCreations: number;
  readonly dispatchesPerTrainMicroBatch: number;
  readonly optimizerDispatches: number;
  /** With gradient checkpointing. */
  readonly dispatchesPerTrainMicroBatchWithRecompute: number;
  /** Activation bytes per trained token, with gradient checkpointing. */
  readonly activationBytesPerToken: number;
  readonly activationBytesPerTokenWithoutRecompute: number;
}

const ROWS = 8;
/** Length of the shorter batch; the longer one is twice as long. */
const TOKENS = 16;
const SETTINGS = { ...LOSS, normalizer: 1 };

/** Counts the GPU calls of a decoded token and of a training micro-batch. */
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
  const requests = Array.from({ length: ROWS }, (_, stream): RowRequest => ({ prompt: 0, seed: 1, stream }));
  const count = (maxTokens: number) => {
    const decoding: Decoding = { temperature: 1, topP: 0.95, maxTokens };
    return countGpuCalls(gpu.device, () =>
      sampler.generate([promptOf(config.vocabulary)], requests, decoding, () => Promise.resolve()),
    );
  };
  await count(2 * TOKENS); // allocates for both
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
  await trainer.accumulate(trainingRows(config, few), SETTINGS);
  const small = await trainer.statistics();
  await trainer.accumulate(trainingRows(config, many), SETTINGS);
  const large = await trainer.statistics();
  const batch = await countGpuCalls(gpu.device, () =>
    trainer.accumulate(trainingRows(config, many), SETTINGS),
  );
  const step = await countGpuCalls(gpu.device, () => trainer.step(STEP));
  await trainer.dispose();
  const tokens = (many - few) * PROMPT * 3;
  return {
    dispatches: batch.dispatchWorkgroups,
    optimizerDispatches: step.dispatchWorkgroups,
    bytesPerToken: Math.round((large.scratchBytes - small.scratchBytes) / tokens),
  };
}

/** Returns rows of 97 tokens, the last two thirds scored. */
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
