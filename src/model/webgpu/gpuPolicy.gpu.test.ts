/** The policy on recorded graphs: against the one on TensorFlow.js' operations, and what a run relies on. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { folderInMemory } from "../../formats/huggingface/modelFolder.ts";
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import { openGpu } from "../../webgpu/device/device.ts";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { watchGpuBytes } from "../../webgpu/gpuCalls/fixture.ts";
import { heldWeights } from "../../formats/numbers/fixture.ts";
import * as tf from "../../ops/tf.ts";
import { createRandom } from "../../math/random.ts";
import type { UpdateOptions } from "../../rl/contracts/policy.ts";
import type { Response, Rollout } from "../../rl/contracts/types.ts";
import { initialAdapter, mergedWeight } from "../weights/adapter.ts";
import { PLAIN_UPDATE, rolloutOf, tinyFolder } from "../fixture.ts";
import { GpuPolicy } from "./gpuPolicy.ts";
import { GradientError } from "../contracts/gradientError.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import type { HostTensor } from "../weights/parameters.ts";
import { TfModel } from "../tfjs/tfModel.ts";
import { TfPolicy } from "../tfjs/tfPolicy.ts";
import type { PolicyStart, TrainablePolicy } from "../contracts/trainablePolicy.ts";

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };
const OPTIONS: UpdateOptions = { ...PLAIN_UPDATE, weightDecay: 0.1 };
const PROMPT = "2+2=";

const folder = tinyFolder();
const model = readLanguageModel(folder);
const { weights: source } = folderInMemory(folder);
const START: PolicyStart = { weights: source, reference: null, optimizer: null };

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, value) => total + value, 0);

/** `count` rollouts of one prompt with advantages 1 and -1 in turn. */
async function rollouts(policy: TrainablePolicy, count: number): Promise<Rollout[]> {
  const [responses] = await policy.sample([{ prompt: PROMPT, seed: 1 }], { ...SAMPLING, count });
  return responses!.map((response, i) => rolloutOf(PROMPT, response, i % 2 === 0 ? 1 : -1));
}

/** Bytes of the heap that are in use, after a collection. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // there under that flag
  return process.memoryUsage().heapUsed;
}

/** Largest difference of two sets of tensors, relative to the norm of each tensor. */
function gap(actual: ReadonlyMap<string, HostTensor>, expected: ReadonlyMap<string, HostTensor>): number {
  return Math.max(
    ...[...expected].map(([name, { data }]) => {
      const found = actual.get(name)!.data;
      return Math.hypot(...data.map((value, i) => value - found[i]!)) / Math.hypot(...data);
    }),
  );
}

describeOnGpu("the policy on recorded graphs", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  const create = (start: Partial<PolicyStart> = {}): Promise<GpuPolicy> =>
    GpuPolicy.open(gpu(), model, { ...START, ...start });

  describe("updates", () => {
    test("as the policy on operations does, KL to the initial model included", async () => {
      const policy = await create({ reference: folder.weights });
      const reference = { ...START, reference: folder.weights };
      const expected = new TfPolicy(new TfModel(model, folder.weights), reference);
      const options = { ...OPTIONS, temperature: 0.8, klCoefficient: 0.1 };
      const trained = await rollouts(policy, 4);
      for (let step = 0; step < 2; step++) {
        const [found, stats] = [
          await policy.update(trained, options),
          await expected.update(trained, options),
        ];
        expect(found.tokens).toBe(stats.tokens);
        expect(found.clipFraction).toBe(stats.clipFraction);
        // float32 in another order of summation: tokens' logprobs agree within 1e-5, sums of 48 of them within 1e-4.
        for (const name of ["loss", "gradientNorm", "kl", "logprobGap"] as const)
          expect(Math.abs(found[name]! - stats[name]!), name).toBeLessThan(
            1e-4 * (1 + Math.abs(stats[name]!)),
          );
      }
      // Adam divides by the size of a gradient, so of one that is nearly zero it enlarges the rounding.
      expect(gap(await policy.weights(), await expected.weights())).toBeLessThan(2e-4);
      await policy.dispose();
      await expected.dispose();
    });

    test("as the policy on operations does, with every term of the loss", async () => {
      const policy = await create({ reference: folder.weights });
      const reference = { ...START, reference: folder.weights };
      const expected = new TfPolicy(new TfModel(model, folder.weights), reference);
      const sampled = (await rollouts(policy, 4)).map((rollout, i): Rollout => {
        // Ratios on both sides of all bounds, advantages and weights that differ within and between responses.
        const logprobs = rollout.response.logprobs.map(
          (logprob, t) => logprob + 0.9 * Math.sin(3 * t + i) - 0.4,
        );
        const advantages = rollout.advantages.map((_, t) => Math.cos(2 * t + i));
        return { ...rollout, response: { ...rollout.response, logprobs }, advantages, weight: 1 / (20 + i) };
      });
      const bounds = { clipLow: 0.1, clipHigh: 0.28, dualClip: 2 };
      for (const klEstimator of ["k1", "k2", "k3"] as const) {
        const options = { ...OPTIONS, ...bounds, klEstimator, klCoefficient: 0.2, entropyCoefficient: 0.1 };
        const [found, stats] = [
          await policy.update(sampled, options),
          await expected.update(sampled, options),
        ];
        expect(stats.clipFractionLow).toBeGreaterThan(0);
        for (const name of ["loss", "gradientNorm", "entropy", "kl"] as const)
          expect(Math.abs(found[name]! - stats[name]!), name).toBeLessThan(
            1e-4 * (1 + Math.abs(stats[name]!)),
          );
        for (const name of ["clipFraction", "clipFractionLow", "tokens"] as const)
          expect(found[name], name).toBe(stats[name]);
      }
      expect(gap(await policy.weights(), await expected.weights())).toBeLessThan(2e-4);
      for (const verb of ["score", "initialLogprobs"] as const) {
        const [ours, theirs] = [await policy[verb](sampled, 0.8), await expected[verb](sampled, 0.8)];
        expect(ours.map(({ length }) => length)).toEqual(theirs.map(({ length }) => length));
        for (const [i, row] of ours.entries())
          for (const [t, value] of row.entries())
            expect(Math.abs(value - theirs[i]![t]!), verb).toBeLessThan(1e-4);
      }
      await policy.dispose();
      await expected.dispose();
    });

    test.each(["f32", "q4_0"] as const)(
      "as the policy on operations does, of an adapter beside %s",
      async (basePrecision) => {
        const fresh = initialAdapter(
          model.config,
          { rank: 3, alpha: 6, dropout: 0, targets: ["q_proj", "v_proj", "up_proj", "down_proj"] },
          5,
        );
        const random = createRandom(6);
        const tensors = new Map(
          [...fresh.tensors].map(([name, { shape, data }]) => [
            name,
            { shape, data: name.includes("lora_B") ? data.map(() => 0.05 * random.normal()) : data },
          ]),
        );
        const start = { ...START, adapter: { ...fresh, tensors }, reference: fresh.tensors };
        const policy = await create({ ...start, basePrecision });
        const held = basePrecision === "f32" ? folder.weights : heldWeights(basePrecision, folder.weights);
        const expected = new TfPolicy(new TfModel(model, held), start);
        const options = { ...OPTIONS, klCoefficient: 0.1 };
        const trained = await rollouts(policy, 4);
        for (let step = 0; step < 2; step++) {
          const [found, stats] = [
            await policy.update(trained, options),
            await expected.update(trained, options),
          ];
          for (const name of ["loss", "gradientNorm", "kl", "logprobGap"] as const)
            expect(Math.abs(found[name]! - stats[name]!), name).toBeLessThan(
              1e-4 * (1 + Math.abs(stats[name]!)),
            );
        }
        expect(gap(await policy.weights(), await expected.weights())).toBeLessThan(2e-4);
        // Merged into the weights as they were read, whatever they were packed to.
        for (const name of ["model.layers.1.mlp.up_proj.weight", "model.norm.weight"]) {
          const trained = { ...fresh, tensors: await policy.weights() };
          expect(await policy.weight(name)).toEqual(mergedWeight(name, folder.weights.get(name)!, trained));
        }
        // A teacher shares what is frozen and has an adapter of its own.
        const state = { weights: await policy.weights(), optimizer: await policy.optimizerState() };
        const other = policy.createPolicy(state);
        await policy.update(trained, options);
        expect(await other.weights()).toEqual(state.weights);
        await other.dispose();
        expect((await policy.score(trained, 1)).length).toBe(4); // the frozen weights are still there
        await policy.dispose();
        await expected.dispose();
      },
    );

    test("beside another policy of the same model, and from weights it is given", async () => {
      const policy = await create();
      const initial = await policy.weights();
      const other = policy.createPolicy({ weights: folder.weights, optimizer: null });
      const trained = await rollouts(policy, 4);
      await policy.update(trained, OPTIONS);
      expect(await other.weights()).toEqual(initial);
      expect(await other.score(trained, 1)).not.toEqual(await policy.score(trained, 1));
      other.load(await policy.weights());
      expect(await other.score(trained, 1)).toEqual(await policy.score(trained, 1));
      await policy.dispose();
      await other.dispose();
    });

    test("on what it sampled with ratios of 1 and logprobs that differ by less than 1e-4", async () => {
      const policy = await create();
      for (const temperature of [1, 0.7]) {
        const [responses] = await policy.sample([{ prompt: PROMPT, seed: 3 }], { ...SAMPLING, temperature });
        const trained = responses!.map((response) => rolloutOf(PROMPT, response, 1));
        const stats = await policy.update(trained, { ...OPTIONS, temperature });
        expect(stats.logprobGap).toBeLessThan(1e-4);
        expect(stats).toMatchObject({ clipFraction: 0, kl: null });
        expect(stats.tokens).toBe(sum(trained.map(({ response }) => response.tokens.length)));
      }
      await policy.dispose();
    });

    test("and samples from the updated weights at once: a response of positive advantage gets likelier", async () => {
      const policy = await create();
      const [good, bad] = (await rollouts(policy, 2)).map(({ response }) => response);
      const pair = [rolloutOf(PROMPT, good!, 1), rolloutOf(PROMPT, bad!, -1)];
      await policy.update(pair, { ...OPTIONS, learningRate: 0.01 });
      const rescored = async ({ tokens }: Response): Promise<number> => {
        const prompt = model.tokenizer.encodePrompt(PROMPT);
        const text = Int32Array.from([...prompt, ...tokens]);
        return sum(await policy.scoreTexts([{ tokens: text, first: prompt.length }], 1));
      };
      expect(await rescored(good!)).toBeGreaterThan(sum(good!.logprobs));
      expect(await rescored(bad!)).toBeLessThan(sum(bad!.logprobs));
      const [again] = await policy.sample([{ prompt: PROMPT, seed: 1 }], { ...SAMPLING, count: 1 });
      expect(again![0]!.logprobs[0]).not.toBe(good!.logprobs[0]);
      await policy.dispose();
    });

    test("over several micro-batches as over all rows at once", async () => {
      const [once, twice] = [await create(), await create()];
      const trained = await rollouts(once, 4);
      const one = await once.update(trained, OPTIONS);
      const share = trained.map((rollout) => ({ ...rollout, weight: rollout.weight / 60 }));
      const copies = Array.from({ length: 60 }, () => share).flat(); // 240 rows of about 18 tokens: two micro-batches
      const many = await twice.update(copies, OPTIONS);
      expect(many.gradientNorm / one.gradientNorm).toBeCloseTo(1, 3); // float32 sums of 240 rows
      expect(many.loss).toBeCloseTo(one.loss, 5);
      expect(many.tokens).toBe(60 * one.tokens);
      await once.dispose();
      await twice.dispose();
    });

    test("without a trace when aborted between micro-batches or when a gradient is not a number", async () => {
      const policy = await create();
      const trained = await rollouts(policy, 4);
      await policy.update(trained, OPTIONS);
      const [weights, optimizer] = [await policy.weights(), await policy.optimizerState()];
      const controller = new AbortController();
      const copies = Array.from({ length: 60 }, () => trained).flat();
      const aborted = policy.update(copies, OPTIONS, controller.signal, () =>
        controller.abort(new Error("enough")),
      );
      await expect(aborted).rejects.toThrow("enough");
      const broken = trained.map((each) => ({ ...each, advantages: each.advantages.map(() => Number.NaN) }));
      await expect(policy.update(broken, OPTIONS)).rejects.toThrow(GradientError);
      expect(await policy.weights()).toEqual(weights);
      expect(await policy.optimizerState()).toEqual(optimizer);
      const undisturbed = await create({ weights: weightsInMemory(weights), optimizer });
      expect(await policy.update(trained, OPTIONS)).toEqual(await undisturbed.update(trained, OPTIONS));
      expect(await policy.weights()).toEqual(await undisturbed.weights());
      await policy.dispose();
      await undisturbed.dispose();
    });
  });

  test("draws a response by its prompt, seed and place alone, and tells how far it is", async () => {
    const policy = await create();
    const [a, b] = [
      { prompt: PROMPT, seed: 5 },
      { prompt: "A longer question, with words?", seed: 6 },
    ];
    const progress: (readonly [number, number])[] = [];
    const together = await policy.sample([a, b, a], SAMPLING, undefined, (...at) => progress.push(at));
    const alone = await policy.sample([b], { ...SAMPLING, count: 2 });
    const texts = (responses: readonly Response[]): string[] => responses.map(({ text }) => text);
    expect(texts(together[2]!)).toEqual(texts(together[0]!));
    expect(texts(together[1]!).slice(0, 2)).toEqual(texts(alone[0]!));
    expect(new Set(texts(together[1]!)).size).toBeGreaterThan(1);
    expect(progress.at(-1)).toEqual([12, 12]);
    expect(progress).toEqual([...progress].sort(([x], [y]) => x - y)); // never backwards
    await policy.dispose();
  });

  test("stops sampling at the signal and goes on afterwards", async () => {
    const policy = await create();
    const controller = new AbortController();
    const requests = [{ prompt: PROMPT, seed: 1 }];
    const whole = await policy.sample(requests, SAMPLING);
    const onProgress = (): void => controller.abort(new Error("enough"));
    const stopped = policy.sample(requests, SAMPLING, controller.signal, onProgress);
    await expect(stopped).rejects.toThrow("enough");
    expect(await policy.sample(requests, SAMPLING)).toEqual(whole);
    await policy.dispose();
  });

  test("refuses what the model has no positions for, and says what to change", async () => {
    const policy = await create();
    const asked = policy.sample([{ prompt: PROMPT, seed: 1 }], { ...SAMPLING, maxResponseTokens: 128 });
    await expect(asked).rejects.toThrow(
      /exceed the model's context of 128 tokens; lower the maximum response length/,
    );
    await policy.dispose();
  });

  test.each(["sampling", "updating"])("says that the GPU was lost while %s", async (work) => {
    const lent = { ...(await openGpu(navigator.gpu))!, variants: gpu().variants };
    const policy = await GpuPolicy.open(lent, model, START);
    const trained = await rollouts(policy, 4);
    const lose = (): void => lent.device.destroy();
    const copies = Array.from({ length: 60 }, () => trained).flat();
    const done =
      work === "sampling"
        ? policy.sample([{ prompt: PROMPT, seed: 1 }], SAMPLING, undefined, lose)
        : policy.update(copies, OPTIONS, undefined, lose);
    await expect(done).rejects.toThrow(/the GPU was lost .*: start again, or choose another backend/);
  });

  test("holds no more GPU bytes, tensors and memory after 50 steps than after two, and none when disposed", async () => {
    const bytes = watchGpuBytes(gpu().device);
    const policy = await create({ reference: folder.weights });
    const step = async (seed: number): Promise<void> => {
      const [responses] = await policy.sample([{ prompt: PROMPT, seed }], SAMPLING);
      const trained = responses!.map((response, i) => rolloutOf(PROMPT, response, i - 1.5));
      await policy.update(trained, { ...OPTIONS, klCoefficient: 0.1 });
    };
    for (let i = 0; i < 2; i++) await step(i);
    const [held, tensors, heap] = [bytes.held(), tf.memory().numTensors, heapUsed()];
    for (let i = 2; i < 50; i++) await step(i);
    expect(heapUsed() - heap).toBeLessThan(2 ** 20); // 22 kB a step, which is less than the responses take
    expect(bytes.held()).toBe(held);
    expect(tf.memory().numTensors).toBe(tensors);
    await policy.dispose();
    expect(bytes.held()).toBe(0);
    bytes.end();
  });
});
