/** TensorFlow.js' operations, as the reference path calls them; and this repository's WASM kernels on its memory. */
import { openGpu } from "../../src/webgpu/device/device.ts";
import { ropeTable } from "../../src/ops/rotate/rotate.ts";
import * as tf from "../../src/ops/tf.ts";
import { generate } from "../../src/model/tfjs/decoding/generate.ts";
import { layOutScoredRows, scoreTokens } from "../../src/model/tfjs/training/loss.ts";
import { microBatches } from "../../src/model/learning/microBatches.ts";
import { Optimizer } from "../../src/model/tfjs/training/optimizer.ts";
import { loadParameters } from "../../src/model/tfjs/tfParameters.ts";
import { policyLoss } from "../../src/model/tfjs/training/policyLoss.ts";
import type { Decoder } from "../../src/model/tfjs/transformer.ts";
import { CannotRun, type BenchModel, type Contender, type Opened, type Surroundings } from "./contender.ts";
import { CLIP, PROMPT, STEP, type Row } from "./workload.ts";

/** Tokens of a micro-batch, as the product trains. */
const TOKENS_PER_MICRO_BATCH = 4096;

const LOSS = {
  clipLow: CLIP,
  clipHigh: CLIP,
  dualClip: Infinity,
  klCoefficient: 0,
  klEstimator: "k3",
  entropyCoefficient: 0,
} as const;

/** Stock operations on WebGPU. */
export const tensorflowWebGpu: Contender = {
  open: async (model, { gpu }) => {
    const opened = gpu === null ? null : await openGpu(gpu);
    if (opened === null) throw new CannotRun("no WebGPU adapter");
    const { useWebGpuOperations } = await import("../../src/ops/webgpu.ts");
    await useWebGpuOperations(opened.device);
    return openHere(model);
  },
};

/** Stock operations on WASM. */
export const tensorflowWasm: Contender = { open: (model, where) => openOnWasm(model, where, false) };

/** The same with this repository's WASM kernels in place of stock operations. */
export const wasmKernels: Contender = { open: (model, where) => openOnWasm(model, where, true) };

async function openOnWasm(model: BenchModel, { startWasm }: Surroundings, kernels: boolean): Promise<Opened> {
  await startWasm(kernels);
  return openHere(model);
}

/** Opens the model on TensorFlow.js' current backend. */
function openHere({ config, weights }: BenchModel): Opened {
  const parameters = loadParameters(config, weights);
  const rope = ropeTable(config.maxPositions, config);
  tf.keep(rope.cos);
  tf.keep(rope.sin);
  const endless = { ...config, eosTokens: [] }; // no row ends early
  const decoder: Decoder = { config: endless, parameters, rope, adapter: null, recompute: false };
  let optimizer: Optimizer | null = null; // its memory is taken when something is trained
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
      await parameters.get("model.norm.weight")?.data(); // the step has been taken, not only asked for
      return loss;
    },
  };
}

async function accumulate(optimizer: Optimizer, decoder: Decoder, rows: readonly Row[]): Promise<number> {
  const normalizer = rows.reduce((sum, { tokens }) => sum + tokens.length - PROMPT, 0);
  let sum = 0;
  for (const batch of microBatches(rows, ({ tokens }) => tokens.length, TOKENS_PER_MICRO_BATCH)) {
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
