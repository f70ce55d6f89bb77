/** The critic on recorded graphs against the one on TensorFlow.js' operations. */
import { beforeAll, expect, test } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import * as tf from "../../ops/tf.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { createRandom } from "../../math/random.ts";
import type { ValuedRollout } from "../../rl/contracts/critic.ts";
import { initialAdapter } from "../weights/adapter.ts";
import { relativeGap, TINY_CONFIG, tinyFolder } from "../fixture.ts";
import { GpuCritic } from "./gpuCritic.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { parameterShapes } from "../weights/parameters.ts";
import { DEFAULT_BUDGET } from "../contracts/memoryBudget.ts";
import { TfModel } from "../tfjs/tfModel.ts";
import { TfCritic } from "../tfjs/tfCritic.ts";

const OPTIONS = {
  learningRate: 1e-3,
  valueClip: 0.2,
  gradientClip: 1,
  beta1: 0.9,
  beta2: 0.99,
  weightDecay: 0,
};

describeOnGpu("the critic on recorded graphs", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  test.each([true, false])("learns as the one on operations does; tied: %s", async (tied) => {
    const folder = tinyFolder(1, { ...TINY_CONFIG, tied });
    const model = readLanguageModel(folder);
    const random = createRandom(4);
    const rollouts = [5, 2, 7].map((length): ValuedRollout => {
      const tokens = Int32Array.from({ length }, () => random.integer(3, 400));
      const numbers = (): Float32Array => Float32Array.from({ length }, () => random.normal());
      const response = { text: "", tokens, logprobs: numbers(), entropy: 0, finished: true };
      return { prompt: "2+2=", response, returns: numbers(), oldValues: numbers(), weight: 1 / (3 * length) };
    });
    const head = {
      shape: [1, TINY_CONFIG.width],
      data: Float32Array.from({ length: TINY_CONFIG.width }, () => 0.3 * random.normal()),
    };
    const start = { weights: new Map([...folder.weights, ["score.weight", head]]), optimizer: null };
    const [critic, expected] = [new GpuCritic(gpu(), model, start), new TfCritic(model, start)];
    for (let step = 0; step < 3; step++) {
      const [values, reference] = [await critic.values(rollouts), await expected.values(rollouts)];
      expect(values.map(({ length }) => length)).toEqual([5, 2, 7]);
      // float32 in another order of summation, and of Adam's steps on gradients that are nearly zero.
      for (const [i, row] of values.entries()) expect(relativeGap(row, reference[i]!)).toBeLessThan(1e-4);
      const [found, stats] = [
        await critic.update(rollouts, OPTIONS),
        await expected.update(rollouts, OPTIONS),
      ];
      expect(found).toMatchObject({ tokens: 14, clipFraction: stats.clipFraction });
      for (const name of ["loss", "gradientNorm"] as const)
        expect(Math.abs(found[name] / stats[name] - 1), name).toBeLessThan(1e-4);
    }
    const saved = { weights: await critic.weights(), optimizer: await critic.optimizerState() };
    const restored = new GpuCritic(gpu(), model, saved);
    expect(await restored.update(rollouts, OPTIONS)).toEqual(await critic.update(rollouts, OPTIONS));
    expect(await restored.weights()).toEqual(await critic.weights());
    for (const each of [critic, expected, restored]) await each.dispose();
  });

  test("learns with an adapter beside the policy's frozen weights as the one on operations does", async () => {
    const folder = tinyFolder();
    const model = readLanguageModel(folder);
    const adapter = initialAdapter(
      model.config,
      { rank: 2, alpha: 4, dropout: 0, targets: ["o_proj", "gate_proj"] },
      5,
    );
    const random = createRandom(4);
    const rollouts = [5, 2].map((length): ValuedRollout => {
      const tokens = Int32Array.from({ length }, () => random.integer(3, 400));
      const numbers = (): Float32Array => Float32Array.from({ length }, () => random.normal());
      const response = { text: "", tokens, logprobs: numbers(), entropy: 0, finished: true };
      return { prompt: "2+2=", response, returns: numbers(), oldValues: numbers(), weight: 1 / (2 * length) };
    });
    const start = { weights: adapter.tensors, optimizer: null };
    const frozen = new ParameterBuffer(gpu(), parameterShapes(model.config), model.config.headDim);
    frozen.upload(folder.weights);
    const critic = new GpuCritic(gpu(), model, start, DEFAULT_BUDGET, { frozen, adapter });
    const operations = new TfModel(model, folder.weights);
    const expected = new TfCritic(model, start, { model: operations, adapter });
    for (let step = 0; step < 3; step++) {
      const [found, stats] = [
        await critic.update(rollouts, OPTIONS),
        await expected.update(rollouts, OPTIONS),
      ];
      for (const name of ["loss", "gradientNorm"] as const)
        expect(Math.abs(found[name] / stats[name] - 1), name).toBeLessThan(1e-4);
    }
    const [weights, reference] = [await critic.weights(), await expected.weights()];
    expect([...weights.keys()].sort()).toEqual([...reference.keys()].sort());
    for (const each of [critic, expected]) await each.dispose();
    operations.dispose();
    frozen.dispose();
  });
});
