/** This repository's recorded graphs. */
import { openGpu, type Gpu } from "../../src/webgpu/device/device.ts";
import { GpuSampler } from "../../src/webgpu/sampling/gpuSampler.ts";
import { GpuTrainer } from "../../src/webgpu/training/gpuTrainer.ts";
import { ParameterBuffer } from "../../src/webgpu/weights/parameterBuffer.ts";
import { layOutParameters } from "../../src/webgpu/layout/parameterLayout.ts";
import { tuneGpu } from "../../src/webgpu/tuning/tuning.ts";
import { microBatches } from "../../src/model/learning/microBatches.ts";
import { parameterShapes } from "../../src/model/weights/parameters.ts";
import { CannotRun, type BenchModel, type Contender, type Opened, type Surroundings } from "./contender.ts";
import { CLIP, PROMPT, STEP, type Row, type Sampled } from "./workload.ts";

/** Tokens of a micro-batch, as the product trains. */
const TOKENS_PER_MICRO_BATCH = 4096;

/** The policy loss that every contender trains with. */
const LOSS = {
  temperature: 1,
  clipLow: CLIP,
  clipHigh: CLIP,
  dualClip: Infinity,
  klCoefficient: 0,
  entropyCoefficient: 0,
};

export const engine: Contender = { open };

/** Milliseconds to find the fastest kernels in, as the app takes at its first start; a software adapter takes none. */
const TUNING_BUDGET = 5000;
const FORGETFUL = { read: () => Promise.resolve(null), write: () => Promise.resolve() };

async function open(model: BenchModel, { gpu: offered }: Surroundings): Promise<Opened> {
  const gpu = offered === null ? null : await openGpu(offered);
  if (gpu === null) throw new CannotRun("no WebGPU adapter");
  const layout = layOutParameters(parameterShapes(model.config), model.config.headDim);
  const tuned = await tuneGpu(gpu, model.config, layout, FORGETFUL, TUNING_BUDGET);
  return { sameWeights: true, ...engineOn(tuned.gpu, model) };
}

/** The engine on a device. */
export function engineOn(gpu: Gpu, { config, weights }: BenchModel) {
  const shape = { ...config, eosTokens: [] }; // no row ends early
  const parameters = new ParameterBuffer(gpu, parameterShapes(config), config.headDim);
  parameters.upload(weights);
  const sampler = new GpuSampler(gpu, shape, parameters);
  let trainer: GpuTrainer | null = null; // its memory is taken when something is trained
  return {
    decode: (prompt: Int32Array, rows: number, maxTokens: number, greedy: boolean): Promise<Sampled[]> =>
      sampler.generate(
        [prompt],
        Array.from({ length: rows }, (_, stream) => ({ prompt: 0, seed: 1, stream })),
        { temperature: greedy ? 0 : 1, topP: 1, maxTokens },
        () => Promise.resolve(),
      ),
    train: async (rows: readonly Row[]): Promise<number> => {
      trainer ??= new GpuTrainer(gpu, shape, parameters);
      const loss = await accumulate(trainer, rows);
      await trainer.step(STEP);
      return loss;
    },
  };
}

/** Sums the gradient; returns the loss. */
async function accumulate(trainer: GpuTrainer, rows: readonly Row[]): Promise<number> {
  const normalizer = rows.reduce((sum, { tokens }) => sum + tokens.length - PROMPT, 0);
  let loss = 0;
  for (const batch of microBatches(rows, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
    const { losses } = await trainer.accumulate(
      batch.map(({ tokens, advantage, oldLogprobs }) => ({
        tokens,
        first: PROMPT,
        advantages: new Float32Array(tokens.length - PROMPT).fill(advantage),
        oldLogprobs,
        referenceLogprobs: null,
      })),
      { ...LOSS, normalizer },
    );
    loss += losses.reduce((sum, value) => sum + value, 0);
  }
  return loss;
}
