/** The GPU memory of a training pass: what its formula says, whatever the vocabulary and however often it runs. */
import { expect, test } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { countGpuCalls } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { chunkTokens } from "../../webgpu/weights/headChunks.ts";
import { storedHeadDim } from "../../webgpu/layout/headPadding.ts";
import { SLOPE_WORDS } from "../../webgpu/layout/scoredToken.ts";
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import type { ModelConfig } from "../language/config.ts";
import { loadFixture, TINY_CONFIG, type Fixture } from "../fixture.ts";
import { createTrainer, rowsOf, settingsOf } from "./gpuTraining/fixture.ts";
import { initialParameters } from "../weights/parameters.ts";

const fixture = loadFixture("tiny-llama");
const SHAPE = { ...TINY_CONFIG, layers: 3, kvHeads: 1, heads: 4, width: 32, hiddenWidth: 80 };
const LINES = 16; // whole tiles

/** The fixture's loss with another model. */
function fixtureOf(config: ModelConfig): Fixture {
  return { ...fixture, config, weights: initialParameters(config, 3) };
}

/** A row of which every token is scored: the most that a line can take. */
function rowOf(lines: number): TrainingRow {
  const numbers = Array.from({ length: lines }, () => 1);
  const row = { advantages: numbers, oldLogprobs: numbers, referenceLogprobs: null };
  return { tokens: Int32Array.from({ length: lines + 1 }, (_, k) => k % 7), first: 1, ...row };
}

/** Floats of what a layer's backward pass wants of its forward pass, beside the layer's input. */
function keptFloats(config: ModelConfig): number {
  const { width, heads, kvHeads, hiddenWidth } = config;
  return width + 2 * (heads + kvHeads) * storedHeadDim(config) + heads + 2 * hiddenWidth;
}

/** Floats of a line: layers' inputs, what is kept of all layers or of one, the gradient going back, and an MLP's or the head's. */
function lineFloats(config: ModelConfig, recompute: boolean): number {
  const { layers, width, hiddenWidth } = config;
  const head = 3 * width + SLOPE_WORDS + chunkTokens(config);
  const most = recompute ? hiddenWidth : Math.max(hiddenWidth, head); // nothing of the layers is there yet with recompute
  return layers * width + (recompute ? 1 : layers) * keptFloats(config) + width + most;
}

describeOnGpu("GpuTrainer's memory", (gpu) => {
  const scratchFloats = async (config: ModelConfig, recompute: boolean): Promise<number> => {
    const { trainer, parameters } = createTrainer(gpu(), fixtureOf(config), new Map(), { recompute });
    await trainer.accumulate([rowOf(LINES)], settingsOf(fixture));
    const { scratchBytes } = await trainer.statistics();
    await trainer.dispose();
    parameters.dispose();
    return scratchBytes / 4 / LINES;
  };

  test.each([false, true])("is what the formula says, with recompute %s", async (recompute) => {
    const found = await scratchFloats(SHAPE, recompute);
    expect(Math.abs(found / lineFloats(SHAPE, recompute) - 1)).toBeLessThanOrEqual(0.05);
    expect(await scratchFloats({ ...SHAPE, vocabulary: 2 * SHAPE.vocabulary }, recompute)).toBe(found);
  });

  test("counts heads of another size than a multiple of 8 as they are stored", async () => {
    const found = await scratchFloats({ ...SHAPE, headDim: 10 }, false);
    const stored = await scratchFloats({ ...SHAPE, headDim: 16 }, false);
    expect(found).toBe(stored);
    expect(Math.abs(found / lineFloats({ ...SHAPE, headDim: 10 }, false) - 1)).toBeLessThanOrEqual(0.05);
  });

  test("with recompute is an input a layer and one layer's intermediate results", async () => {
    const { width, heads, kvHeads, headDim, hiddenWidth, layers } = SHAPE;
    const one = 2 * width + 2 * (heads + 2 * kvHeads) * headDim + 5 * hiddenWidth + heads;
    expect(await scratchFloats(SHAPE, true)).toBeLessThanOrEqual(1.05 * (layers * width + one));
    const deeper = await scratchFloats({ ...SHAPE, layers: layers + 1 }, true);
    expect(deeper - (await scratchFloats(SHAPE, true))).toBe(width);
  });

  test("does not change what comes out: recomputed gradients are the same to the last bit", async () => {
    const gradients = [];
    for (const recompute of [false, true]) {
      const { trainer } = createTrainer(gpu(), fixture, new Map(), { recompute });
      const work = () => trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
      await work();
      trainer.forget();
      const { dispatchWorkgroups } = await countGpuCalls(gpu().device, work);
      gradients.push({ values: await trainer.gradients.download(), dispatchWorkgroups });
      await trainer.dispose();
    }
    const [kept, recomputed] = gradients;
    expect(recomputed!.values).toEqual(kept!.values);
    const more = recomputed!.dispatchWorkgroups - kept!.dispatchWorkgroups;
    expect(more).toBe(4 * fixture.config.layers);
    expect(more).toBeLessThanOrEqual(6 * fixture.config.layers);
  });

  test("does not grow for other steps or smaller batches", async () => {
    const { trainer } = createTrainer(gpu(), fixture);
    const rows = rowsOf(fixture);
    const created = async (batch: readonly TrainingRow[]): Promise<number> => {
      const work = () => trainer.accumulate(batch, settingsOf(fixture));
      return (await countGpuCalls(gpu().device, work)).createBuffer;
    };
    expect(await created(rows)).toBeGreaterThan(0);
    for (const batch of [rows, rows.slice(1), rows.slice(0, 1), rows]) expect(await created(batch)).toBe(0);
    await trainer.dispose();
  });

  test("does not grow over 50 steps, which write a micro-batch and an optimizer's settings and make nothing", async () => {
    const { trainer } = createTrainer(gpu(), fixture);
    const rows = rowsOf(fixture);
    const step = async (): Promise<void> => {
      await trainer.accumulate(rows, settingsOf(fixture));
      await trainer.step({ learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0, gradientClip: 1 });
    };
    await step();
    const calls = await countGpuCalls(gpu().device, async () => {
      for (let i = 0; i < 50; i++) await step();
    });
    expect(calls).toMatchObject({ createBuffer: 0, createBindGroup: 0, createShaderModule: 0 });
    expect(calls).toMatchObject({
      createComputePipelineAsync: 0,
      writeBuffer: 100,
      submit: 100,
      mapAsync: 100,
    });
    await trainer.dispose();
  });

  test("of scoring alone is one layer's, however many there are", async () => {
    const scorerFloats = async (layers: number): Promise<number> => {
      const { trainer, parameters } = createTrainer(gpu(), fixtureOf({ ...SHAPE, layers }));
      const scorer = new GpuScorer(gpu(), { ...SHAPE, layers }, parameters);
      await scorer.score([rowOf(LINES)], 1);
      const { scratchBytes } = scorer.statistics;
      scorer.dispose();
      await trainer.dispose();
      return scratchBytes / 4 / LINES;
    };
    const { width, heads, kvHeads, headDim, hiddenWidth } = SHAPE;
    const expected = width + (heads + 2 * kvHeads) * headDim + hiddenWidth; // x, queries, cache, the rest in turn
    expect(Math.abs((await scorerFloats(1)) / expected - 1)).toBeLessThanOrEqual(0.05);
    expect(await scorerFloats(3)).toBe(await scorerFloats(1));
  });
});
