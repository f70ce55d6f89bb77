/** The GPU's trainer against PyTorch's numbers and the reference path's optimizer. */
import { beforeAll, describe, expect, test } from "vitest";
import { describeWithPlainProducts } from "../../webgpu/fixture.ts";
import { countGpuCalls } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import { chunkTokens } from "../../webgpu/weights/headChunks.ts";
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import * as tf from "../../ops/tf.ts";
import { FIXTURES, fixtureDecoder, loadFixture, relativeGap, type Fixture } from "../fixture.ts";
import { createTrainer, rowsOf, settingsOf } from "./gpuTraining/fixture.ts";
import { layOutScoredRows, scoreTokens } from "../tfjs/training/loss.ts";
import { Optimizer } from "../tfjs/training/optimizer.ts";
import { loadParameters } from "../tfjs/tfParameters.ts";
import { policyLoss } from "../tfjs/training/policyLoss.ts";

const STEP = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, weightDecay: 0.1, gradientClip: 1 };

function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((gap, value, i) => Math.max(gap, Math.abs(value - (expected[i] ?? 0))), 0);
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

describeWithPlainProducts("GpuTrainer", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  describe.each(FIXTURES)("with %s", (name) => {
    const fixture = loadFixture(name);
    const { loss } = fixture.expected;

    test("gives PyTorch's loss, logprobs, entropies and the gradient of every parameter", async () => {
      const { trainer } = createTrainer(gpu(), fixture);
      const scores = await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
      expect(Math.abs(sum(scores.losses) - loss.loss)).toBeLessThanOrEqual(1e-5);
      expect(largestGap(scores.logprobs, loss.logprobs.flat())).toBeLessThanOrEqual(1e-4);
      expect(largestGap(scores.entropies, loss.entropies.flat())).toBeLessThanOrEqual(1e-4);
      for (const [key, { data }] of await trainer.gradients.download()) {
        const reference = fixture.tensors.get(`gradient.${key}`)!.data;
        // float32 in another order of summation: 1e-5 of each tensor's norm.
        expect(relativeGap(data, reference), key).toBeLessThanOrEqual(1e-5);
      }
      await trainer.dispose();
    });

    test("steps as the reference path's optimizer does, on gradients summed over micro-batches", async () => {
      const { trainer, parameters } = createTrainer(gpu(), fixture);
      const decoder = fixtureDecoder(fixture);
      const held = loadParameters(fixture.config, fixture.weights);
      const optimizer = new Optimizer(held);
      const rows = rowsOf(fixture);
      for (let step = 0; step < 2; step++) {
        for (const batch of [rows.slice(0, 2), rows.slice(2)]) {
          await trainer.accumulate(batch, settingsOf(fixture));
          await optimizer.accumulate((named) =>
            referenceLoss({ ...decoder, parameters: named }, batch, fixture),
          );
        }
        const [found, expected] = [await trainer.step(STEP), await optimizer.step(STEP)];
        expect(Math.abs(found / expected - 1)).toBeLessThanOrEqual(1e-5);
      }
      // Adam divides by the size of a gradient, so of one that is nearly zero (a key bias) it enlarges the rounding.
      for (const [key, { data }] of await parameters.download())
        expect(relativeGap(data, await held.get(key)!.data()), key).toBeLessThanOrEqual(2e-4);
      await trainer.dispose();
    });

    test("takes at most 20 dispatches a layer (22 with norms of heads) and 12 more, one submission, and 3 dispatches for a step", async () => {
      const { trainer } = createTrainer(gpu(), fixture);
      const rows = rowsOf(fixture);
      await trainer.accumulate(rows, settingsOf(fixture));
      const pass = await countGpuCalls(gpu().device, () => trainer.accumulate(rows, settingsOf(fixture)));
      const { layers, vocabulary, qkNorm } = fixture.config;
      const norms = qkNorm ? 2 : 0;
      const chunks = Math.ceil(vocabulary / chunkTokens(fixture.config));
      expect(pass.dispatchWorkgroups).toBe((19 + norms) * layers + 8 + 2 * chunks);
      expect(pass.dispatchWorkgroups).toBeLessThanOrEqual((20 + norms) * layers + 12);
      expect(pass).toMatchObject({
        submit: 1,
        mapAsync: 1,
        writeBuffer: 1,
        createBuffer: 0,
        createBindGroup: 0,
      });
      const step = await countGpuCalls(gpu().device, () => trainer.step(STEP));
      expect(step).toMatchObject({ dispatchWorkgroups: 3, submit: 1, mapAsync: 1, createBindGroup: 0 });
      await trainer.dispose();
    });
  });

  const fixture = loadFixture("tiny-llama");

  test("continues from its state as if it had never stopped", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture);
    const rows = rowsOf(fixture);
    await trainer.accumulate(rows, settingsOf(fixture));
    await trainer.step(STEP);
    const state = await trainer.state();
    expect(state.updates).toBe(1);
    const held = { ...fixture, weights: await parameters.download() };
    const { trainer: second, parameters: copy } = createTrainer(gpu(), held, new Map(), { state });
    for (const each of [trainer, second]) {
      await each.accumulate(rows, settingsOf(fixture));
      await each.step(STEP);
    }
    expect(await copy.download()).toEqual(await parameters.download());
    expect(await second.state()).toEqual(await trainer.state());
    for (const each of [trainer, second]) await each.dispose();
  });

  test("finds its kernels compiled where one like it has run", async () => {
    const run = async (): Promise<void> => {
      const { trainer } = createTrainer(gpu(), fixture);
      await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
      await trainer.step(STEP);
      await trainer.dispose();
    };
    await run();
    const again = await countGpuCalls(gpu().device, run);
    expect(again).toMatchObject({ createShaderModule: 0, createComputePipelineAsync: 0 });
  });

  test("forgets the gradients summed so far", async () => {
    const { trainer } = createTrainer(gpu(), fixture);
    await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
    const largest = async (): Promise<number> =>
      Math.max(...[...(await trainer.gradients.download()).values()].map(({ data }) => Math.hypot(...data)));
    expect(await largest()).toBeGreaterThan(0);
    trainer.forget();
    expect(await largest()).toBe(0);
    await trainer.dispose();
  });

  test("leaves the weights as they were when the gradient is no number", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture);
    const rows = rowsOf(fixture).map((row) => ({
      ...row,
      advantages: Array.from(row.advantages, () => 3e38),
    }));
    await trainer.accumulate(rows, settingsOf(fixture));
    expect(await trainer.step(STEP)).not.toBeLessThan(Infinity);
    expect(await parameters.download()).toEqual(fixture.weights);
    await trainer.dispose();
  });

  test("updates the sampler's weights in place, and agrees with its logprobs within 1e-4", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture);
    const sampler = new GpuSampler(gpu(), { ...fixture.config, eosTokens: [] }, parameters);
    const prompt = Int32Array.of(3, 5, 8);
    const requests = [0, 1, 2, 3].map((stream) => ({ prompt: 0, seed: 5, stream }));
    const decoding = { temperature: 0.7, topP: 1, maxTokens: 10 };
    for (let step = 0; step < 3; step++) {
      const sampled = await sampler.generate([prompt], requests, decoding, () => Promise.resolve());
      const rows = sampled.map(({ tokens, logprobs }, i): TrainingRow => ({
        tokens: Int32Array.of(...prompt, ...tokens),
        first: prompt.length,
        advantages: Array.from(tokens, () => (i % 2 === 0 ? 1 : -1)),
        oldLogprobs: logprobs,
        referenceLogprobs: null,
      }));
      const scores = await trainer.accumulate(rows, { ...settingsOf(fixture), klCoefficient: 0 });
      expect(
        largestGap(
          scores.logprobs,
          sampled.flatMap(({ logprobs }) => [...logprobs]),
        ),
      ).toBeLessThanOrEqual(1e-4);
      await trainer.step(STEP);
    }
    sampler.dispose();
    await trainer.dispose();
  });
});

/** The loss of some rows on the reference path. */
function referenceLoss(
  decoder: Parameters<typeof scoreTokens>[0],
  rows: readonly TrainingRow[],
  { expected: { loss } }: Fixture,
): tf.Scalar {
  const scored = layOutScoredRows(
    rows.map(({ tokens }) => tokens),
    rows.map(({ first }) => first),
  );
  const scores = scoreTokens(decoder, scored, loss.temperature);
  const flat = (values: (row: TrainingRow) => ArrayLike<number>): tf.Tensor =>
    tf.tensor1d(rows.flatMap((row) => Array.from(values(row))));
  return policyLoss(
    scores,
    {
      advantages: flat(({ advantages }) => advantages),
      weights: flat(({ oldLogprobs }) => Array.from(oldLogprobs, () => 1 / loss.normalizer)),
      oldLogprobs: flat(({ oldLogprobs }) => oldLogprobs),
      referenceLogprobs: flat(({ referenceLogprobs }) => referenceLogprobs!),
    },
    { ...loss, dualClip: Infinity, klEstimator: "k3", entropyCoefficient: 0 },
  );
}
