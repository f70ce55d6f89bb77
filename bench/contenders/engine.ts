/** This repository's recorded graphs. */
import { microBatches } from "../../src/model/learning/microBatches.ts";
import { parameterShapes } from "../../src/model/weights/parameters.ts";
import { openGpu } from "../../src/webgpu/device/device.ts";
import { layOutParameters } from "../../src/webgpu/layout/parameterLayout.ts";
import { GpuSampler } from "../../src/webgpu/sampling/gpuSampler.ts";
import { GpuTrainer } from "../../src/webgpu/training/gpuTrainer.ts";
import { tuneGpu } from "../../src/webgpu/tuning/tuning.ts";
import { ParameterBuffer } from "../../src/webgpu/weights/parameterBuffer.ts";
import { CannotRun, type OpenContender } from "./contender.ts";
import { LOSS, MICRO_BATCH_TOKENS, PROMPT, scoredTokens, STEP, type Row } from "./workload.ts";

/** Milliseconds of kernel tuning, as at the app's first start; a software adapter is not tuned. */
const TUNING_BUDGET = 5000;
const NO_MEMORY = { read: () => Promise.resolve(null), write: () => Promise.resolve() };

export const openEngine: OpenContender = async ({ config, weights }, { gpu: offered }) => {
  const found = offered === null ? null : await openGpu(offered);
  if (found === null) throw new CannotRun("no WebGPU adapter");
  const shapes = parameterShapes(config);
  const layout = layOutParameters(shapes, config.headDim);
  const { gpu } = await tuneGpu(found, config, layout, NO_MEMORY, TUNING_BUDGET);
  const endless = { ...config, eosTokens: [] }; // no row ends early
  const parameters = new ParameterBuffer(gpu, shapes, config.headDim);
  parameters.upload(weights);
  const sampler = new GpuSampler(gpu, endless, parameters);
  let trainer: GpuTrainer | null = null; // allocated when first trained
  return {
    sameWeights: true,
    decode: (prompt, rows, maxTokens, greedy) =>
      sampler.generate(
        [prompt],
        Array.from({ length: rows }, (_, stream) => ({ prompt: 0, seed: 1, stream })),
        { temperature: greedy ? 0 : 1, topP: 1, maxTokens },
        () => Promise.resolve(),
      ),
    train: async (rows) => {
      trainer ??= new GpuTrainer(gpu, endless, parameters);
      const loss = await accumulate(trainer, rows);
      await trainer.step(STEP);
      return loss;
    },
  };
};

/** Accumulates the gradient; returns the loss. */
async function accumulate(trainer: GpuTrainer, rows: readonly Row[]): Promise<number> {
  const normalizer = scoredTokens(rows);
  let loss = 0;
  for (const batch of microBatches(rows, ({ tokens }) => tokens.length, MICRO_BATCH_TOKENS)) {
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
