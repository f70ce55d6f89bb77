import { beforeAll, describe, expect, test } from "vitest";
import { useImplementation } from "../ops/testBackend.ts";
import * as tf from "../ops/tf.ts";
import type { ValuedRollout } from "../rl/contracts/critic.ts";
import type { UpdateOptions } from "../rl/contracts/policy.ts";
import type { Rollout } from "../rl/contracts/types.ts";
import { PLAIN_UPDATE, tinyFolder } from "./fixture.ts";
import { readLanguageModel } from "./language/languageModel.ts";
import { TfModel } from "./tfjs/tfModel.ts";
import { TfPolicy } from "./tfjs/tfPolicy.ts";
import { TrainableModels, type CompanionStates } from "./trainableModels.ts";

const OPTIONS: UpdateOptions = { ...PLAIN_UPDATE, learningRate: 0.02 };

const ROLLOUT: Rollout & ValuedRollout = {
  prompt: "2+2=",
  response: {
    text: "",
    tokens: Int32Array.of(7, 9, 11),
    logprobs: Float32Array.of(-6, -6, -6),
    entropy: 0,
    finished: true,
  },
  advantages: Float32Array.of(1, 1, 1),
  returns: Float32Array.of(1, 1, 1),
  oldValues: new Float32Array(3),
  weight: 1 / 3,
};

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };

describe("the companions of a policy", () => {
  beforeAll(() => useImplementation("WASM kernels"));

  function open(weights = tinyFolder(1).weights, saved?: CompanionStates): TrainableModels {
    const folder = tinyFolder(1);
    const model = readLanguageModel(folder);
    const policy = new TfPolicy(new TfModel(model, weights), { reference: null, optimizer: null });
    return new TrainableModels(policy, folder.weights, saved);
  }

  /** One step of everything; what all of them say and are after it. */
  async function goOn(models: TrainableModels) {
    const [critic, emaTeacher, rewardModel] = [
      await models.critic(),
      await models.emaTeacher(),
      await models.rewardModel(),
    ];
    await models.policy.update([ROLLOUT], OPTIONS);
    await critic.update([ROLLOUT], { ...OPTIONS, valueClip: 0.5 });
    await rewardModel.update([ROLLOUT], OPTIONS);
    await emaTeacher.follow(0.9);
    return {
      values: await critic.values([ROLLOUT]),
      scores: await rewardModel.score([ROLLOUT], 1),
      samples: await emaTeacher.sample([{ prompt: "2+2=", seed: 1 }], SAMPLING),
      companions: await models.companions(),
    };
  }

  test("are made when asked for and no sooner, each once", async () => {
    const models = open();
    const held = tf.memory().numTensors;
    expect((await models.companions()).size).toBe(0);
    expect(tf.memory().numTensors).toBe(held);
    expect(await models.critic()).toBe(await models.critic());
    expect(await models.emaTeacher()).toBe(await models.emaTeacher());
    expect(await models.rewardModel()).toBe(await models.rewardModel());
    expect([...(await models.companions()).keys()]).toEqual(["critic", "follower", "reward-model"]);
    await models.dispose();
  });

  test("begin as the initial model, also where the policy has moved on", async () => {
    const { weights } = tinyFolder(1);
    const models = open(tinyFolder(2).weights);
    expect(await (await models.rewardModel()).weights()).toEqual(weights);
    await models.emaTeacher();
    expect((await models.companions()).get("follower")).toEqual({ weights, optimizer: null });
    await models.dispose();
  });

  test("go on from their saved state bit for bit, and stand apart from each other", async () => {
    const undisturbed = open();
    await goOn(undisturbed);
    const saved = await undisturbed.companions();
    const [weights, optimizer] = [
      await undisturbed.policy.weights(),
      await undisturbed.policy.optimizerState(),
    ];
    const expected = await goOn(undisturbed);

    const folder = tinyFolder(1);
    const model = new TfModel(readLanguageModel(folder), weights);
    const continued = new TrainableModels(
      new TfPolicy(model, { reference: null, optimizer }),
      folder.weights,
      saved,
    );
    expect(await goOn(continued)).toEqual(expected);
    const all = [...expected.companions.values()].map((state) =>
      state.weights.get("model.embed_tokens.weight"),
    );
    for (const [i, one] of all.entries()) expect(one).not.toEqual(all[(i + 1) % all.length]);
    for (const models of [undisturbed, continued]) await models.dispose();
  });

  test("that are saved and not asked for again stay as they were saved", async () => {
    const first = open();
    await goOn(first);
    const saved = await first.companions();
    const second = open(await first.policy.weights(), saved);
    await second.critic();
    expect(await second.companions()).toEqual(saved);
    for (const models of [first, second]) await models.dispose();
  });

  test("give all their memory back with the policy's", async () => {
    const held = tf.memory().numTensors;
    const models = open();
    await goOn(models);
    await models.dispose();
    expect(tf.memory().numTensors).toBe(held);
  });
});
