import { beforeAll, describe, expect, test, vi } from "vitest";
import { useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { activeKernels } from "../../ops/wasm/installWasmKernels.ts";
import type { ValuedRollout } from "../../rl/contracts/critic.ts";
import type { Rollout } from "../../rl/contracts/types.ts";
import { initialAdapter, type Adapter, type AdapterConfig } from "../weights/adapter.ts";
import { mergedWeights, PLAIN_UPDATE, rolloutOf, tinyFolder } from "../fixture.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { TfModel } from "./tfModel.ts";
import { TfPolicy } from "./tfPolicy.ts";
import { TrainableModels } from "../trainableModels.ts";

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };
const REQUESTS = [{ prompt: "2+2=", seed: 1 }];
const OPTIONS = { ...PLAIN_UPDATE, learningRate: 0.02 };
const LORA: AdapterConfig = { rank: 4, alpha: 8, dropout: 0, targets: ["q_proj", "v_proj", "down_proj"] };
const FOLDER = tinyFolder();
const MODEL = readLanguageModel(FOLDER);

/** An adapter whose B is not zero any more. */
function usedAdapter(changes: Partial<AdapterConfig> = {}): Adapter {
  const adapter = initialAdapter(MODEL.config, { ...LORA, ...changes }, 3);
  for (const [name, { data }] of adapter.tensors) {
    if (name.includes("lora_B")) for (let i = 0; i < data.length; i++) data[i] = 0.2 * Math.sin(i + 1);
  }
  return adapter;
}

function open(adapter: Adapter, { withReference = false } = {}): TfPolicy {
  const reference = withReference ? adapter.tensors : null;
  return new TfPolicy(new TfModel(MODEL, FOLDER.weights), { adapter, reference, optimizer: null });
}

async function rollouts(policy: TfPolicy): Promise<Rollout[]> {
  const [responses] = await policy.sample(REQUESTS, SAMPLING);
  return responses!.map((response, i) => rolloutOf("2+2=", response, i % 2 === 0 ? 1 : -1));
}

describe.each(["stock operations on wasm", "WASM kernels"] as const)(
  "an adapter with %s",
  (implementation) => {
    beforeAll(() => useImplementation(implementation));

    test("samples and scores as the model that it is merged into", async () => {
      const adapter = usedAdapter();
      const policy = open(adapter);
      const merged = new TfPolicy(new TfModel(MODEL, mergedWeights(FOLDER.weights, adapter)), {
        reference: null,
        optimizer: null,
      });
      const [own, other] = [await policy.sample(REQUESTS, SAMPLING), await merged.sample(REQUESTS, SAMPLING)];
      expect(own[0]!.map(({ tokens }) => [...tokens])).toEqual(other[0]!.map(({ tokens }) => [...tokens]));
      const trained = await rollouts(policy);
      const stats = await policy.update(trained, OPTIONS);
      expect(stats.logprobGap).toBeLessThan(1e-4);
      const expected = await merged.update(trained, OPTIONS);
      expect(stats.loss).toBeCloseTo(expected.loss, 5);
      for (const each of [policy, merged]) await each.dispose();
    });

    test("alone moves in training: the base stays bit for bit, and no optimizer knows it", async () => {
      const policy = open(initialAdapter(MODEL.config, LORA, 3));
      const before = await policy.weights();
      const trained = await rollouts(policy);
      await policy.update(trained, OPTIONS);
      await policy.update(trained, OPTIONS); // B is zero at first, and A has no gradient
      expect(await policy.model.weights()).toEqual(new Map(FOLDER.weights));
      const [after, state] = [await policy.weights(), await policy.optimizerState()];
      expect([...after.keys()]).toEqual([...before.keys()]);
      expect([...state.firstMoments.keys()]).toEqual([...before.keys()]);
      for (const [name, { data }] of after) expect(data, name).not.toEqual(before.get(name)!.data);
      await policy.dispose();
    });

    test("makes good responses likelier and bad ones less likely", async () => {
      const policy = open(initialAdapter(MODEL.config, LORA, 3));
      const trained = await rollouts(policy);
      const sums = async (): Promise<number[]> =>
        (await policy.score(trained, 1)).map((row) => row.reduce((total, logprob) => total + logprob, 0));
      const before = await sums();
      for (let i = 0; i < 3; i++) await policy.update(trained, OPTIONS);
      const gains = (await sums()).map((sum, i) => sum - before[i]!);
      expect(gains[0]! + gains[2]!).toBeGreaterThan(gains[1]! + gains[3]! + 0.1);
      await policy.dispose();
    });

    test("samples from what it has become, update after update", async () => {
      const policy = open(initialAdapter(MODEL.config, LORA, 3));
      for (let i = 0; i < 4; i++)
        expect((await policy.update(await rollouts(policy), OPTIONS)).logprobGap).toBeLessThan(1e-4);
      await policy.dispose();
    });

    test("is held against the initial adapter by KL, without a second model", async () => {
      const adapter = usedAdapter();
      const held = tf.memory().numTensors;
      const policy = open(adapter);
      const alone = tf.memory().numTensors - held;
      const withReference = open(adapter, { withReference: true });
      expect(tf.memory().numTensors - held - 2 * alone).toBe(adapter.tensors.size);
      const trained = await rollouts(withReference);
      const initial = await withReference.initialLogprobs(trained, 1);
      expect(await withReference.score(trained, 1)).toEqual(initial);
      const options = { ...OPTIONS, klCoefficient: 0.1 };
      expect((await withReference.update(trained, options)).kl).toBe(0);
      expect((await withReference.update(trained, options)).kl).toBeGreaterThan(1e-5);
      expect(await withReference.initialLogprobs(trained, 1)).toEqual(initial);
      for (const each of [policy, withReference]) await each.dispose();
      expect(tf.memory().numTensors).toBe(held);
    });

    test.each([0, 0.3])("with dropout %f goes on from saved state bit for bit", async (dropout) => {
      const policy = open(usedAdapter({ dropout }));
      const trained = await rollouts(policy);
      await policy.update(trained, OPTIONS);
      const [tensors, optimizer] = [await policy.weights(), await policy.optimizerState()];
      const restored = new TfPolicy(new TfModel(MODEL, FOLDER.weights), {
        adapter: { ...usedAdapter({ dropout }), tensors },
        reference: null,
        optimizer,
      });
      const aborted = policy.update(trained, OPTIONS, AbortSignal.abort(new Error("enough")));
      await expect(aborted).rejects.toThrow("enough"); // leaves no trace in the masks either
      const expected = await policy.update(trained, OPTIONS);
      expect(await restored.update(trained, OPTIONS)).toEqual(expected);
      expect(await restored.weights()).toEqual(await policy.weights());
      for (const each of [policy, restored]) await each.dispose();
    });

    test("draws other masks for the next update and by another seed", async () => {
      const trained = await rollouts(open(usedAdapter()));
      const still = { ...OPTIONS, learningRate: 0 };
      const policy = open(usedAdapter({ dropout: 0.3 }));
      const other = open({ ...usedAdapter({ dropout: 0.3 }), seed: 4 });
      const updates = [
        await policy.update(trained, still),
        await policy.update(trained, still),
        await other.update(trained, still),
      ];
      expect(new Set(updates.map(({ loss }) => loss)).size).toBe(3);
      // Sampling leaves nothing out, training does.
      for (const { logprobGap } of updates) expect(logprobGap).toBeGreaterThan(1e-3);
      for (const each of [policy, other]) await each.dispose();
    });
  },
);

describe("the companions of a policy with an adapter", () => {
  beforeAll(() => useImplementation("WASM kernels"));

  test("share its frozen model, learn adapters of their own, and give all memory back", async () => {
    const held = tf.memory().numTensors;
    const adapter = initialAdapter(MODEL.config, LORA, 3);
    const policy = open(adapter);
    const models = new TrainableModels(policy, adapter.tensors);
    const bytes = tf.memory().numBytes;
    const [critic, emaTeacher, rewardModel] = [
      await models.critic(),
      await models.emaTeacher(),
      await models.rewardModel(),
    ];
    const modelBytes = [...FOLDER.weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(tf.memory().numBytes - bytes).toBeLessThan(modelBytes);
    const trained = await rollouts(policy);
    const valued = trained.map((rollout): ValuedRollout => {
      const { length } = rollout.response.tokens;
      return { ...rollout, returns: new Float32Array(length).fill(1), oldValues: new Float32Array(length) };
    });
    await policy.update(trained, OPTIONS);
    await critic.update(valued, { ...OPTIONS, valueClip: 0.5 });
    await rewardModel.update(trained, OPTIONS);
    await emaTeacher.follow(0.9);
    expect((await critic.values(valued))[0]![0]).not.toBe(0);
    const states = await models.companions();
    const [b] = [...adapter.tensors.keys()].filter((name) => name.includes("lora_B"));
    const leader = (await policy.weights()).get(b!)!.data;
    // The follower's adapter is the moving average of the policy's, which began at zero.
    for (const [i, value] of states.get("follower")!.weights.get(b!)!.data.entries())
      expect(value).toBeCloseTo(0.1 * leader[i]!, 6);
    expect([...states.get("critic")!.weights.keys()]).toEqual([
      ...adapter.tensors.keys(),
      "score.weight",
      "score.bias",
    ]);
    expect([...states.get("reward-model")!.weights.keys()]).toEqual([...adapter.tensors.keys()]);
    expect(await policy.model.weights()).toEqual(new Map(FOLDER.weights));
    await models.dispose();
    expect(tf.memory().numTensors).toBe(held);
  });

  test("compute gradients of their adapters' matrices and of no other", async () => {
    const policy = open(initialAdapter(MODEL.config, LORA, 3));
    const trained = await rollouts(policy);
    const run = vi.spyOn(activeKernels()!.pool, "run");
    await policy.update(trained, OPTIONS);
    const gradients = run.mock.calls.filter(([name]) => name === "linearWeightGrad");
    expect(gradients).toHaveLength(initialAdapter(MODEL.config, LORA, 3).tensors.size);
    run.mockRestore();
    await policy.dispose();
  });
});
