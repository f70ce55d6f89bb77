/** An adapter in the graphs: against the same matrices merged into the weights, and their automatic differentiation. */
import { beforeAll, describe, expect, test } from "vitest";
import { AdaptedWeights } from "../../webgpu/weights/adaptedWeights.ts";
import type { DecoderWeights } from "../../webgpu/weights/decoderWeights.ts";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { FrozenWeights } from "../../webgpu/weights/frozenWeights.ts";
import { countGpuCalls } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { GpuTrainer } from "../../webgpu/training/gpuTrainer.ts";
import { chunkTokens } from "../../webgpu/weights/headChunks.ts";
import { heldWeights } from "../../formats/numbers/fixture.ts";
import type { Tensor } from "../../math/tensor.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { expectClose, normals } from "../../ops/fixture.ts";
import * as tf from "../../ops/tf.ts";
import { FIXTURES, loadFixture, relativeGap, type Fixture } from "../fixture.ts";
import { referenceGradients, rowsOf, settingsOf } from "./gpuTraining/fixture.ts";
import { parameterShapes } from "../weights/parameters.ts";

/** Float32 sums in another order. */
const TOLERANCE = 2e-5;
const SCALE = 0.5;
const ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
const STEP = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, weightDecay: 0.1, gradientClip: 1 };

type Tensors = Map<string, Tensor>;

const factorNames = (weight: string): [string, string] => [
  weight.replace(/weight$/, "lora_A.weight"),
  weight.replace(/weight$/, "lora_B.weight"),
];

/** Random matrices beside those named; B in zeros leaves the model as it is. */
function randomFactors(
  { config }: Fixture,
  targets: readonly string[],
  rank: number,
  sizeOfB = 0.1,
): Tensors {
  const factors: Tensors = new Map();
  for (const [name, [rows = 0, columns = 0]] of parameterShapes(config)) {
    if (!targets.some((target) => name.endsWith(`${target}.weight`))) continue;
    const [a, b] = factorNames(name);
    const random = (shape: number[], size: number): Tensor => {
      const { data } = normals(factors.size + 20, shape);
      return { shape, data: Float32Array.from(data, (value) => value * size) };
    };
    factors.set(a, random([rank, columns], 0.3));
    factors.set(b, random([rows, rank], sizeOfB));
  }
  return factors;
}

/** rows x inner times inner x columns, each matrix given by its entries. */
function product(
  rows: number,
  inner: number,
  columns: number,
  left: (row: number, k: number) => number,
  right: (k: number, column: number) => number,
): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left(row, k) * right(k, column);
    return SCALE * sum;
  });
}

/** W + scale B A. */
function merged(weights: ReadonlyMap<string, Tensor>, factors: Tensors): Tensors {
  return new Map(
    [...weights].map(([name, weight]) => {
      const [a, b] = factorNames(name).map((each) => factors.get(each));
      if (a === undefined || b === undefined) return [name, weight];
      const [rank = 0, columns = 0] = a.shape;
      const rows = b.shape[0]!;
      const added = product(
        rows,
        rank,
        columns,
        (r, k) => b.data[r * rank + k]!,
        (k, c) => a.data[k * columns + c]!,
      );
      return [name, { ...weight, data: weight.data.map((value, i) => value + added[i]!) }];
    }),
  );
}

/** By the chain rule from the gradients of the merged matrices: of A, scale Bᵀ G; of B, scale G Aᵀ. */
function factorGradients(
  gradients: ReadonlyMap<string, Float32Array>,
  factors: Tensors,
): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const [name, g] of gradients) {
    const [nameOfA, nameOfB] = factorNames(name);
    const [a, b] = [factors.get(nameOfA), factors.get(nameOfB)];
    if (a === undefined || b === undefined) continue;
    const [rank = 0, columns = 0] = a.shape;
    const rows = b.shape[0]!;
    const gradient = (r: number, c: number): number => g[r * columns + c]!;
    found.set(
      nameOfA,
      product(rank, rows, columns, (k, r) => b.data[r * rank + k]!, gradient),
    );
    found.set(
      nameOfB,
      product(rows, columns, rank, gradient, (c, k) => a.data[k * columns + c]!),
    );
  }
  return found;
}

describeOnGpu("AdaptedWeights", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  const plain = ({ config }: Fixture, weights: ReadonlyMap<string, Tensor>): ParameterBuffer => {
    const parameters = new ParameterBuffer(gpu(), parameterShapes(config), config.headDim);
    parameters.upload(weights);
    return parameters;
  };
  const adapt = ({ config }: Fixture, base: DecoderWeights, factors: Tensors): AdaptedWeights => {
    const shapes = new Map([...factors].map(([name, { shape }]) => [name, shape]));
    const buffer = new ParameterBuffer(gpu(), shapes, config.headDim);
    buffer.upload(factors);
    return new AdaptedWeights(base, buffer, SCALE);
  };
  const scores = (fixture: Fixture, weights: DecoderWeights) =>
    new GpuScorer(gpu(), fixture.config, weights).score(rowsOf(fixture), fixture.expected.loss.temperature);

  describe.each([
    { name: FIXTURES[1], targets: ALL, rank: 3 }, // stored as 4
    { name: FIXTURES[0], targets: ["v_proj", "up_proj", "down_proj"], rank: 8 },
  ])("of $name with $targets, rank $rank", ({ name, targets, rank }) => {
    const fixture = loadFixture(name);
    const { config } = fixture;
    const factors = randomFactors(fixture, targets, rank);

    test("score as merged weights do, and give automatic differentiation's gradients", async () => {
      const base = plain(fixture, fixture.weights);
      const adapted = adapt(fixture, base, factors);
      const weights = merged(fixture.weights, factors);
      const together = plain(fixture, weights);
      const { logprobs, entropies } = await scores(fixture, adapted);
      const expected = await scores(fixture, together);
      expectClose("logprobs", logprobs, expected.logprobs, TOLERANCE);
      expectClose("entropies", entropies, expected.entropies, TOLERANCE);
      const rows = rowsOf(fixture);
      const trainer = new GpuTrainer(gpu(), config, adapted);
      const { losses } = await trainer.accumulate(rows, settingsOf(fixture));
      const reference = await referenceGradients(
        { ...fixture, weights },
        new Map(),
        rows,
        settingsOf(fixture),
      );
      // Ratios are exponentials of logprobs that agree within 2e-5, summed over tokens.
      const total = losses.reduce((sum, loss) => sum + loss, 0);
      expect(Math.abs(total - reference.loss)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(reference.loss)));
      const gradients = await trainer.gradients.download();
      const known = factorGradients(reference.gradients, factors);
      expect([...gradients.keys()].sort()).toEqual([...known.keys()].sort());
      for (const [key, gradient] of known)
        expect(relativeGap(gradients.get(key)!.data, gradient), key).toBeLessThanOrEqual(1e-5);
      await trainer.dispose();
    });
  });

  const fixture = loadFixture("tiny-llama");
  const { config } = fixture;

  test("sample in at most 7 dispatches a layer and 4 more, and agree with the trainer, which trains the adapter alone", async () => {
    const base = new FrozenWeights(gpu(), config, parameterShapes(config), "q4_0");
    await base.upload(fixture.weights);
    const adapted = adapt(fixture, base, randomFactors(fixture, ALL, 4));
    const sampler = new GpuSampler(gpu(), { ...config, eosTokens: [] }, adapted);
    const trainer = new GpuTrainer(gpu(), config, adapted);
    const prompt = Int32Array.of(3, 5, 8);
    const requests = [0, 1, 2].map((stream) => ({ prompt: 0, seed: 5, stream }));
    const decoding = { temperature: 0.7, topP: 1, maxTokens: 6 };
    const sample = () => sampler.generate([prompt], requests, decoding, () => Promise.resolve());
    for (let step = 0; step < 2; step++) {
      const sampled = await sample();
      const rows = sampled.map(({ tokens, logprobs }, i) => ({
        tokens: Int32Array.of(...prompt, ...tokens),
        first: prompt.length,
        advantages: Array.from(tokens, () => (i % 2 === 0 ? 1 : -1)),
        oldLogprobs: logprobs,
        referenceLogprobs: null,
      }));
      const settings = { ...settingsOf(fixture), temperature: 0.7, klCoefficient: 0 };
      const { logprobs } = await trainer.accumulate(rows, settings);
      const drawn = sampled.flatMap((row) => [...row.logprobs]);
      for (const [i, logprob] of drawn.entries())
        expect(Math.abs(logprobs[i]! - logprob)).toBeLessThanOrEqual(1e-4);
      const { dispatchWorkgroups: micro } = await countGpuCalls(gpu().device, () =>
        trainer.accumulate(rows, settings),
      );
      // 7 forward, 16 backward of which 8 are the adapter's: an inner gradient and the factors' of 4 groups of products.
      expect(micro).toBe(23 * config.layers + 6 + 2 * Math.ceil(config.vocabulary / chunkTokens(config)));
      expect(await trainer.step(STEP)).toBeGreaterThan(0);
    }
    expect(sampler.statistics.dispatches).toBe(7 * config.layers + 4);
    const again = await countGpuCalls(gpu().device, sample);
    expect(again).toMatchObject({ createBuffer: 0, createBindGroup: 0, createShaderModule: 0 });
    sampler.dispose();
    await trainer.dispose();
  });

  test("are the base's bit for bit while B is zero, and the same to the last bit with recompute", async () => {
    const base = plain(fixture, fixture.weights);
    const off = await scores(fixture, base);
    const on = await scores(fixture, adapt(fixture, base, randomFactors(fixture, ALL, 4, 0)));
    expect(on).toEqual(off);
    const gradients = [];
    for (const recompute of [false, true]) {
      const adapted = adapt(fixture, base, randomFactors(fixture, ALL, 4));
      const trainer = new GpuTrainer(gpu(), config, adapted, { recompute });
      await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
      gradients.push(await trainer.gradients.download());
      await trainer.dispose();
    }
    expect(gradients[1]).toEqual(gradients[0]);
  });

  test.each(["q8_0", "q4_0"] as const)(
    "beside %s have the gradients they have beside its numbers",
    async (precision) => {
      const factors = randomFactors(fixture, ALL, 4);
      const frozen = new FrozenWeights(gpu(), config, parameterShapes(config), precision, 2000);
      await frozen.upload(fixture.weights);
      const found = [];
      for (const base of [plain(fixture, heldWeights(precision, fixture.weights)), frozen]) {
        const trainer = new GpuTrainer(gpu(), config, adapt(fixture, base, factors));
        await trainer.accumulate(rowsOf(fixture), settingsOf(fixture));
        found.push(await trainer.gradients.download());
        await trainer.dispose();
      }
      const [expected, gradients] = found;
      for (const [key, { data }] of expected!)
        expect(relativeGap(gradients!.get(key)!.data, data), key).toBeLessThanOrEqual(1e-5);
    },
  );
});
