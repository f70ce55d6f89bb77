/** The reference path on TensorFlow.js' operations, and with this repository's WASM kernels. */
import { openGpu } from "../../src/webgpu/device/device.ts";
import * as tf from "../../src/ops/tf.ts";
import { generate } from "../../src/model/tfjs/decoding/generate.ts";
import { layOutScoredRows, scoreTokens } from "../../src/model/tfjs/training/loss.ts";
import { microBatches } from "../../src/model/learning/microBatches.ts";
import { Optimizer } from "../../src/model/tfjs/training/optimizer.ts";
import { createDecoder } from "../../src/model/tfjs/tfModel.ts";
import { loadParameters } from "../../src/model/tfjs/tfParameters.ts";
import { policyLoss } from "../../src/model/tfjs/training/policyLoss.ts";
import type { Decoder } from "../../src/model/tfjs/transformer.ts";
import { CannotRun, type BenchModel, type OpenContender, type Opened } from "./contender.ts";
import { LOSS, MICRO_BATCH_TOKENS, PROMPT, scoredTokens, STEP, type Row } from "./workload.ts";

export const tensorflowWebGpu: OpenContender = async (model, { gpu }) => {
  const opened = gpu === null ? null : await openGpu(gpu);
  if (opened === null) throw new CannotRun("no WebGPU adapter");
  const { useWebGpuOperations } = await import("../../src/ops/webgpu.ts");
  await useWebGpuOperations(opened.device);
  return openHere(model);
};

export const tensorflowWasm: OpenContender = async (model, { startWasm }) => {
  await startWasm(false);
  return openHere(model);
};

export const wasmKernels: OpenContender = async (model, { startWasm }) => {
  await startWasm(true);
  return openHere(model);
};

/** Opens the model on TensorFlow.js' current backend. */
function openHere({ config, weights }: BenchModel): Opened {
  const parameters = loadParameters(config, weights);
  const decoder = createDecoder({ ...config, eosTokens: [] }, parameters); // no row ends early
  let optimizer: Optimizer | null = null; // allocated when first trained
  return {
    sameWeights: true,
    decode: (prompt, rows, maxTokens, greedy) =>
      generate(
        decoder,
        [prompt],
        Array.from({ length: rows }, (_, stream) => ({ prompt: 0, seed: 1, stream })),
        { temperature: greedy ? 0 : 1, topP: 1, maxTokens },
        () => Promise.resolve(),
      ),
    train: async (rows) => {
      optimizer ??= new Optimizer(parameters);
      const loss = await accumulate(optimizer, decoder, rows);
      await optimizer.step(STEP);
      await parameters.get("model.norm.weight")?.data(); // waits for the step
      return loss;
    },
  };
}

async function accumulate(optimizer: Optimizer, decoder: Decoder, rows: readonly Row[]): Promise<number> {
  const normalizer = scoredTokens(rows);
  let sum = 0;
  for (const batch of microBatches(rows, ({ tokens }) => tokens.length, MICRO_BATCH_TOKENS)) {
    const scored = layOutScoredRows(
      batch.map(({ tokens }) => tokens),
      batch.map(() => PROMPT),
    );
    const advantages = batch.flatMap(({ advantage, oldLogprobs }) =>
      Array.from(oldLogprobs, () => advantage),
    );
    const oldLogprobs = batch.flatMap((row) => [...row.oldLogprobs]);
    sum += await optimizer.accumulate((parameters) =>
      policyLoss(
        scoreTokens({ ...decoder, parameters }, scored, 1),
        {
          advantages: tf.tensor1d(advantages),
          weights: tf.fill([advantages.length], 1 / normalizer),
          oldLogprobs: tf.tensor1d(oldLogprobs),
          referenceLogprobs: null,
        },
        LOSS,
      ),
    );
  }
  return sum;
}
