/** Decoders whose heads are no multiple of 8, which the engine stores padded: against the reference path. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { readBuffer, type Gpu } from "../../webgpu/device/device.ts";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import type { Generated } from "../../decoder/generation.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import type { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { folderInMemory, readModelFolder } from "../../formats/huggingface/modelFolder.ts";
import { normals } from "../../ops/fixture.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import { fixtureDecoder, loadFixture, relativeGap, type Fixture } from "../fixture.ts";
import { generate } from "../tfjs/decoding/generate.ts";
import { createTrainer, referenceGradients, rowsOf, settingsOf } from "./gpuTraining/fixture.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { layOutScoredRows, scoreTokens } from "../tfjs/training/loss.ts";
import { openPolicy } from "../openPolicy.ts";
import { parameterShapes, type HostTensor } from "../weights/parameters.ts";

const none = async (): Promise<void> => {};
const STEP = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, weightDecay: 0.1, gradientClip: 1 };
const PROMPTS = [Int32Array.of(3, 5, 8), Int32Array.of(13), Int32Array.of(21, 34, 55, 1, 2)];
const REQUESTS = [0, 0, 0, 1, 1, 2, 2].map((prompt, stream) => ({ prompt, seed: 7, stream }));
const SAMPLED = { temperature: 0.9, topP: 0.95, maxTokens: 12 };

type Name = "tiny-llama" | "tiny-qwen2" | "tiny-qwen3";

const CASES: readonly [string, Name, Partial<ModelConfig>][] = [
  ["heads of 12", "tiny-llama", { headDim: 12, heads: 4, kvHeads: 2 }],
  ["heads of 6 and biases", "tiny-qwen2", { headDim: 6, heads: 3, kvHeads: 1 }],
  ["heads of 12 and their norms", "tiny-qwen3", { headDim: 12, heads: 4, kvHeads: 2 }],
];

/** A fixture's rows and loss, and another model of weights large enough that attention matters. */
function reshaped(name: Name, change: Partial<ModelConfig>): Fixture {
  const fixture = loadFixture(name);
  const config = { ...fixture.config, ...change };
  const weights = new Map<string, HostTensor>();
  for (const [i, [part, shape]] of [...parameterShapes(config)].entries()) {
    const mean = part.endsWith("norm.weight") ? 1 : 0;
    weights.set(part, { shape, data: Float32Array.from(normals(i + 1, shape, 0.2).data, (x) => mean + x) });
  }
  return { ...fixture, config, weights };
}

function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((gap, value, i) => Math.max(gap, Math.abs(value - expected[i]!)), 0);
}

/** All of a buffer, padding included. */
async function raw({ device }: Gpu, { buffer }: ParameterBuffer): Promise<Float32Array> {
  return new Float32Array(await readBuffer(device, buffer, buffer.size));
}

/** Places that no parameter of the host lies at. */
async function paddingOf(gpu: Gpu, parameters: ParameterBuffer): Promise<number[]> {
  const kept = await parameters.download();
  const ones = [...kept].map(
    ([name, { shape, data }]) => [name, { shape, data: data.map(() => 1) }] as const,
  );
  parameters.upload(new Map(ones));
  const places = [...(await raw(gpu, parameters)).entries()].filter(([, value]) => value === 0);
  parameters.upload(kept);
  return places.map(([place]) => place);
}

describeOnGpu("padded heads", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  describe.each(CASES)("%s", (_, name, change) => {
    const fixture = reshaped(name, change);
    const { config } = fixture;

    test("train with the reference path's loss, logprobs and gradients", async () => {
      const { trainer, parameters } = createTrainer(gpu(), fixture);
      expect(await parameters.download()).toEqual(fixture.weights);
      const [rows, loss] = [rowsOf(fixture), settingsOf(fixture)];
      const expected = await referenceGradients(fixture, new Map(), rows, loss);
      const { losses, logprobs } = await trainer.accumulate(rows, loss);
      const total = losses.reduce((sum, each) => sum + each, 0);
      expect(Math.abs(total / expected.loss - 1)).toBeLessThanOrEqual(1e-5);
      const scored = layOutScoredRows(
        rows.map(({ tokens }) => tokens),
        rows.map(({ first }) => first),
      );
      const { logprob } = scoreTokens(fixtureDecoder(fixture), scored, loss.temperature);
      expect(largestGap(logprobs, await logprob.data())).toBeLessThanOrEqual(1e-4);
      const gradients = await trainer.gradients.download();
      expect([...gradients.keys()]).toEqual([...expected.gradients.keys()]);
      for (const [part, { data }] of gradients)
        // float32 in another order of summation: 1e-5 of each tensor's norm.
        expect(relativeGap(data, expected.gradients.get(part)!), part).toBeLessThanOrEqual(1e-5);
      await trainer.dispose();
    });

    test("keep their padding at exactly zero over steps, and continue from a checkpoint", async () => {
      const { trainer, parameters } = createTrainer(gpu(), fixture);
      const padding = await paddingOf(gpu(), parameters);
      expect(padding.length).toBeGreaterThan(config.layers * config.width);
      const isZero = async (flat: ParameterBuffer): Promise<void> => {
        const values = await raw(gpu(), flat);
        expect(padding.filter((place) => values[place] !== 0)).toEqual([]);
      };
      const step = async (): Promise<void> => {
        await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
        await isZero(trainer.gradients);
        await trainer.step(STEP);
        await isZero(parameters);
      };
      for (let i = 0; i < 4; i++) await step();
      const [state, weights] = [await trainer.state(), await parameters.download()];
      for (const [part, { shape }] of fixture.weights) {
        expect(weights.get(part)!.shape).toEqual(shape);
        expect(state.firstMoments.get(part)!.shape).toEqual(shape);
        expect(state.secondMoments.get(part)!.data.length).toBe(shape.reduce((size, n) => size * n, 1));
      }
      const again = createTrainer(gpu(), { ...fixture, weights }, new Map(), { state });
      await again.trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
      await again.trainer.step(STEP);
      await step();
      expect(await again.parameters.download()).toEqual(await parameters.download());
      expect(await again.trainer.state()).toEqual(await trainer.state());
      for (const each of [trainer, again.trainer]) await each.dispose();
    });

    test.each([1, 16] as const)("sample with the reference path's logprobs (by %i)", async (attend) => {
      const { parameters, trainer } = createTrainer(gpu(), fixture);
      const variants = { ...gpu().variants, teams: { sample: 64, attend } as const };
      const sampler = new GpuSampler({ ...gpu(), variants }, config, parameters);
      const rows = await sampler.generate(PROMPTS, REQUESTS, SAMPLED, none);
      for (const [i, row] of rows.entries()) {
        const prompt = PROMPTS[REQUESTS[i]!.prompt]!;
        const scored = layOutScoredRows([[...prompt, ...row.tokens]], [prompt.length]);
        const { logprob } = scoreTokens(fixtureDecoder(fixture), scored, SAMPLED.temperature);
        expect(largestGap(row.logprobs, await logprob.data())).toBeLessThanOrEqual(1e-4);
      }
      sampler.dispose();
      await trainer.dispose();
    });

    test("decode the reference path's greedy tokens", async () => {
      const { parameters, trainer } = createTrainer(gpu(), fixture);
      const sampler = new GpuSampler(gpu(), config, parameters);
      const decoding = { temperature: 0, topP: 1, maxTokens: 12 };
      const tokens = (rows: readonly Generated[]): number[][] => rows.map((row) => [...row.tokens]);
      const expected = await generate(fixtureDecoder(fixture), PROMPTS, REQUESTS, decoding, none);
      expect(tokens(await sampler.generate(PROMPTS, REQUESTS, decoding, none))).toEqual(tokens(expected));
      sampler.dispose();
      await trainer.dispose();
    });
  });

  test("let the embedded model of heads of 12 run on recorded graphs", async () => {
    const folder = new URL("../../../public/models/abacus-0.1M/", import.meta.url);
    const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    const content = await readModelFolder(
      new Map(names.map((name) => [name, readFileSync(new URL(name, folder))])),
    );
    const model = readLanguageModel(content);
    expect(model.config.headDim).toBe(12);
    const memory = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
    const { weights } = folderInMemory(content);
    const start = { weights, reference: null, optimizer: null };
    const [recorded, operations] = [
      await openPolicy(model, start, { gpu: gpu(), memory, tuningBudget: 0 }),
      await openPolicy(model, start, "this is the reference"),
    ];
    expect([recorded.path, operations.path]).toEqual(["recorded graphs", "TensorFlow.js operations"]);
    const greedy = { count: 1, temperature: 0, topP: 1, maxResponseTokens: 8 };
    const requests = ["7+5=", "12-4="].map((prompt) => ({ prompt, seed: 1 }));
    const found = await recorded.policy.sample(requests, greedy);
    const expected = await operations.policy.sample(requests, greedy);
    for (const [i, [response]] of found.entries()) {
      expect(response!.text).toBe(expected[i]![0]!.text);
      expect(largestGap(response!.logprobs, expected[i]![0]!.logprobs)).toBeLessThanOrEqual(1e-4);
    }
    expect(await recorded.policy.weights()).toEqual(content.weights);
    await recorded.policy.dispose();
    await operations.policy.dispose();
  });
});
