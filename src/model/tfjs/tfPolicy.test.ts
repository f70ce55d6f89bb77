import { beforeAll, describe, expect, test } from "vitest";
import * as tf from "../../ops/tf.ts";
import type { Response, Rollout } from "../../rl/contracts/types.ts";
import { PLAIN_UPDATE, rolloutOf, tinyFolder } from "../fixture.ts";
import { GradientError } from "../contracts/gradientError.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { TfModel } from "./tfModel.ts";
import { layOutScoredRows, scoreTokens } from "./training/loss.ts";
import { useImplementation } from "../../ops/testBackend.ts";
import { TfPolicy } from "./tfPolicy.ts";

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };

describe.each(["stock operations on wasm", "WASM kernels"] as const)(
  "the policy with %s",
  (implementation) => {
    beforeAll(() => useImplementation(implementation));

    function create({ withReference = false } = {}) {
      const folder = tinyFolder();
      const model = new TfModel(readLanguageModel(folder), folder.weights);
      const reference = withReference ? folder.weights : null;
      return { model, policy: new TfPolicy(model, { reference, optimizer: null }) };
    }

    /** Logprobs of a response's tokens under the model as it is. */
    function rescore(model: TfModel, prompt: string, response: Response, temperature = 1) {
      return tf.tidy(() => {
        const start = model.tokenizer.encodePrompt(prompt);
        const rows = layOutScoredRows([[...start, ...response.tokens]], [start.length]);
        const { logprob, entropy } = scoreTokens(model.decoder, rows, temperature);
        return { logprobs: [...logprob.dataSync()], entropies: [...entropy.dataSync()] };
      });
    }

    const sum = (numbers: Iterable<number>): number =>
      [...numbers].reduce((total, value) => total + value, 0);

    /** `count` rollouts of one prompt with advantages 1 and -1 in turn. */
    async function rollouts(policy: TfPolicy, prompt: string, count: number, seed = 1): Promise<Rollout[]> {
      const [responses] = await policy.sample([{ prompt, seed }], { ...SAMPLING, count });
      return responses!.map((response, i) => rolloutOf(prompt, response, i % 2 === 0 ? 1 : -1));
    }

    test.each([1, 0.7])(
      "scores what it sampled at temperature %f as it did when sampling",
      async (temperature) => {
        const { model, policy } = create();
        const requests = ["2+2=", "A longer question, with words?"].map((prompt, seed) => ({ prompt, seed }));
        const responses = await policy.sample(requests, { ...SAMPLING, temperature });
        for (const [i, { prompt }] of requests.entries()) {
          for (const response of responses[i]!) {
            const { logprobs, entropies } = rescore(model, prompt, response, temperature);
            for (const [t, logprob] of logprobs.entries()) {
              // The bound of the whole project between sampler and trainer.
              expect(Math.abs(logprob - response.logprobs[t]!)).toBeLessThan(1e-4);
            }
            expect(response.entropy).toBeCloseTo(sum(entropies) / entropies.length, 4);
          }
        }
        const trained = responses.flatMap((group, i) =>
          group.map((response) => rolloutOf(requests[i]!.prompt, response, 1)),
        );
        const stats = await policy.update(trained, { ...PLAIN_UPDATE, temperature });
        expect(stats.logprobGap).toBeLessThan(1e-4);
        expect(stats.clipFraction).toBe(0); // the ratio is 1
        expect(stats.tokens).toBe(sum(trained.map(({ response }) => response.tokens.length)));
      },
    );

    test("makes a response of positive advantage likelier and one of negative advantage less likely", async () => {
      const { model, policy } = create();
      const prompt = "2+2=";
      const [good, bad] = (await rollouts(policy, prompt, 2)).map(({ response }) => response);
      const stats = await policy.update(
        [rolloutOf(prompt, good!, 1), rolloutOf(prompt, bad!, -1)],
        PLAIN_UPDATE,
      );
      expect(sum(rescore(model, prompt, good!).logprobs)).toBeGreaterThan(sum(good!.logprobs));
      expect(sum(rescore(model, prompt, bad!).logprobs)).toBeLessThan(sum(bad!.logprobs));
      // Ratios are 1: the loss is minus the sum of advantages over tokens, here 12 - 12 or so, over 48.
      expect(stats.loss).toBeCloseTo((bad!.tokens.length - good!.tokens.length) / 48, 5);
      expect(stats.gradientNorm).toBeGreaterThan(0);
    });

    test("does not move where the clip holds, and says so", async () => {
      const { model, policy } = create();
      const before = await model.weights();
      const [{ response }] = (await rollouts(policy, "2+2=", 1)) as [Rollout];
      // Sampled at a logprob lower by 1: the ratio is e, beyond 1.2, so a positive advantage asks for no more.
      const sampled = { ...response, logprobs: response.logprobs.map((logprob) => logprob - 1) };
      const stats = await policy.update([rolloutOf("2+2=", sampled, 1)], PLAIN_UPDATE);
      expect(stats).toMatchObject({ clipFraction: 1, gradientNorm: 0 });
      expect(stats.logprobGap).toBeCloseTo(1, 4);
      expect(await model.weights()).toEqual(before);
      // A negative advantage at that ratio is not clipped: the minimum takes the worse of the two.
      expect((await policy.update([rolloutOf("2+2=", sampled, -1)], PLAIN_UPDATE)).clipFraction).toBe(0);
    });

    test("has no distance to the initial model at first, and some after an update", async () => {
      const { policy } = create({ withReference: true });
      const trained = await rollouts(policy, "2+2=", 4);
      const options = { ...PLAIN_UPDATE, klCoefficient: 0.1, learningRate: 0.01 };
      expect((await policy.update(trained, options)).kl).toBe(0);
      expect((await policy.update(trained, options)).kl).toBeGreaterThan(1e-4);
    });

    test("is pulled back to the initial model by KL alone", async () => {
      const { policy } = create({ withReference: true });
      const trained = await rollouts(policy, "2+2=", 4);
      await policy.update(trained, { ...PLAIN_UPDATE, learningRate: 0.01 });
      const kls: number[] = [];
      const still = trained.map((each) => ({ ...each, advantages: each.advantages.map(() => 0) }));
      for (let i = 0; i < 8; i++) {
        kls.push((await policy.update(still, { ...PLAIN_UPDATE, klCoefficient: 1, beta1: 0 })).kl!);
      }
      expect(kls.at(-1)!).toBeLessThan(kls[0]! / 2);
    });

    test("knows no distance when this policy has no reference model", async () => {
      const { policy } = create();
      expect((await policy.update(await rollouts(policy, "2+2=", 2), PLAIN_UPDATE)).kl).toBeNull();
    });

    test("scores rollouts under the weights as they are and under the initial ones", async () => {
      const { policy } = create({ withReference: true });
      const [first, second] = await policy.sample(
        ["2+2=", "A longer question, with words?"].map((prompt, seed) => ({ prompt, seed })),
        { ...SAMPLING, temperature: 0.8 },
      );
      const trained = [
        ...first!.map((response) => rolloutOf("2+2=", response, 1)),
        ...second!.map((response) => rolloutOf("A longer question, with words?", response, -1)),
      ];
      const sampled = trained.map(({ response }) => response.logprobs);
      expect(gap(await policy.score(trained, 0.8), sampled)).toBeLessThan(1e-4);
      const initial = await policy.initialLogprobs(trained, 0.8);
      expect(await policy.score(trained, 0.8)).toEqual(initial); // the same weights
      await policy.update(trained, { ...PLAIN_UPDATE, temperature: 0.8, learningRate: 0.01 });
      expect(gap(await policy.score(trained, 0.8), initial)).toBeGreaterThan(0.01);
      expect(await policy.initialLogprobs(trained, 0.8)).toEqual(initial);
    });

    test("scores more tokens than one micro-batch holds, in their places", async () => {
      const { policy } = create();
      const some = await rollouts(policy, "2+2=", 4);
      const copies = Array.from({ length: 100 }, () => some).flat(); // 400 rows of about 18 tokens
      const scores = await policy.score(copies, 1);
      const alone = await policy.score(some, 1);
      expect(gap(scores, Array.from({ length: 100 }, () => alone).flat())).toBeLessThan(1e-5);
    });

    test("has no reference logprobs without a reference model", async () => {
      const { policy } = create();
      await expect(policy.initialLogprobs([], 1)).rejects.toThrow("this policy has no reference model");
    });

    test("tells the mean entropy of what it trained on, and raises it when asked to", async () => {
      const { policy } = create();
      const trained = await rollouts(policy, "2+2=", 4);
      const tokens = sum(trained.map(({ response }) => response.tokens.length));
      const sampled = sum(trained.map(({ response }) => response.entropy * response.tokens.length)) / tokens;
      const still = trained.map((each) => ({ ...each, advantages: each.advantages.map(() => 0) }));
      const options = { ...PLAIN_UPDATE, entropyCoefficient: 1 };
      const before = await policy.update(still, options);
      expect(before.entropy).toBeCloseTo(sampled, 4);
      expect(before.loss).toBeCloseTo((-sampled * tokens) / 48, 3);
      expect((await policy.update(still, options)).entropy).toBeGreaterThan(before.entropy);
    });

    test("does not move where the dual clip holds, and says so", async () => {
      const { model, policy } = create();
      const before = await model.weights();
      const [{ response }] = (await rollouts(policy, "2+2=", 1)) as [Rollout];
      // Sampled at a logprob lower by 2: the ratio is e², beyond 3.
      const sampled = { ...response, logprobs: response.logprobs.map((logprob) => logprob - 2) };
      const trained = [rolloutOf("2+2=", sampled, -1)];
      const stats = await policy.update(trained, { ...PLAIN_UPDATE, dualClip: 3 });
      expect(stats).toMatchObject({ clipFraction: 0, clipFractionLow: 1, gradientNorm: 0 });
      expect(stats.loss).toBeCloseTo((3 * response.tokens.length) / 48, 4);
      expect(await model.weights()).toEqual(before);
      expect((await policy.update(trained, PLAIN_UPDATE)).gradientNorm).toBeGreaterThan(0);
    });

    test("adds micro-batches up to the update of all their rows at once", async () => {
      const [once, twice] = [create(), create()];
      const trained = await rollouts(once.policy, "2+2=", 4);
      const one = await once.policy.update(trained, PLAIN_UPDATE);
      const share = trained.map((rollout) => ({ ...rollout, weight: rollout.weight / 60 }));
      const copies = Array.from({ length: 60 }, () => share).flat(); // 240 rows of about 18 tokens: two micro-batches
      const many = await twice.policy.update(copies, PLAIN_UPDATE);
      expect(many.gradientNorm / one.gradientNorm).toBeCloseTo(1, 3); // float32 sums of 240 rows
      expect(many.loss).toBeCloseTo(one.loss, 5);
      expect(many.tokens).toBe(60 * one.tokens);
    });

    test("learns from a rollout sampled three times what it learns from one of three times the weight", async () => {
      const [often, once] = [create(), create()];
      const [a, b] = (await rollouts(often.policy, "2+2=", 2)) as [Rollout, Rollout];
      const stats = await often.policy.update([a, b, a, a], PLAIN_UPDATE);
      await once.policy.update([{ ...a, weight: 3 * a.weight }, b], PLAIN_UPDATE);
      expect(stats.tokens).toBe(3 * a.response.tokens.length + b.response.tokens.length);
      const expected = await once.model.weights();
      for (const [name, { data }] of await often.model.weights())
        expect(data, name).toEqual(expected.get(name)!.data);
      for (const { policy } of [often, once]) await policy.dispose();
    });

    test("leaves no trace of an update aborted between micro-batches", async () => {
      const { model, policy } = create();
      const trained = await rollouts(policy, "2+2=", 4);
      await policy.update(trained, PLAIN_UPDATE);
      const [weights, state, held] = [
        await model.weights(),
        await policy.optimizerState(),
        tf.memory().numTensors,
      ];
      const controller = new AbortController();
      const seen: number[] = [];
      const copies = Array.from({ length: 60 }, () => trained).flat();
      const aborted = policy.update(copies, PLAIN_UPDATE, controller.signal, (done) => {
        seen.push(done);
        controller.abort(new Error("enough"));
      });
      await expect(aborted).rejects.toThrow("enough");
      expect(seen).toHaveLength(1);
      expect(seen[0]).toBeLessThan(copies.length);
      expect(await model.weights()).toEqual(weights);
      expect(await policy.optimizerState()).toEqual(state);
      expect(tf.memory().numTensors).toBe(held);
    });

    test("leaves no trace of an update whose gradient is not a number", async () => {
      const { model, policy } = create();
      const trained = await rollouts(policy, "2+2=", 2);
      await policy.update(trained, PLAIN_UPDATE);
      const [weights, held] = [await model.weights(), tf.memory().numTensors];
      const broken = trained.map((each) => ({ ...each, advantages: each.advantages.map(() => Number.NaN) }));
      await expect(policy.update(broken, PLAIN_UPDATE)).rejects.toThrow(GradientError);
      expect(await model.weights()).toEqual(weights);
      expect(tf.memory().numTensors).toBe(held);
    });

    test("goes on from saved weights and optimizer bit for bit", async () => {
      const { model, policy } = create();
      const trained = await rollouts(policy, "2+2=", 4);
      await policy.update(trained, PLAIN_UPDATE);
      const copy = new TfModel(model, await model.weights());
      const restored = new TfPolicy(copy, { reference: null, optimizer: await policy.optimizerState() });
      expect(await restored.update(trained, PLAIN_UPDATE)).toEqual(
        await policy.update(trained, PLAIN_UPDATE),
      );
      expect(await copy.weights()).toEqual(await model.weights());
    });

    test("gives everything back when disposed", async () => {
      const before = tf.memory().numTensors;
      const { policy } = create({ withReference: true });
      await policy.update(await rollouts(policy, "2+2=", 2), PLAIN_UPDATE);
      await policy.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  },
);

/** The largest difference of numbers by rollout and token. */
function gap(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  return Math.max(
    ...actual.flatMap((row, i) => [...row].map((value, t) => Math.abs(value - expected[i]![t]!))),
  );
}
