import { beforeAll, describe, expect, test } from "vitest";
import { useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { createRandom } from "../../math/random.ts";
import type { CriticOptions, ValuedRollout } from "../../rl/contracts/critic.ts";
import { TINY_CONFIG, tinyFolder } from "../fixture.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { TfCritic } from "./tfCritic.ts";

const OPTIONS: CriticOptions = {
  learningRate: 0.02,
  valueClip: 0.5,
  gradientClip: 1,
  beta1: 0.9,
  beta2: 0.99,
  weightDecay: 0,
};

/** Responses of 5, 2 and 7 tokens, worth 1, 0 and 0.5 from their first token on. */
function valuedRollouts(): ValuedRollout[] {
  const random = createRandom(4);
  return [5, 2, 7].map((length, i) => {
    const tokens = Int32Array.from({ length }, () => random.integer(3, 400));
    const logprobs = new Float32Array(length);
    const response = { text: "", tokens, logprobs, entropy: 0, finished: true };
    const returns = new Float32Array(length).fill([1, 0, 0.5][i]!);
    return { prompt: "2+2=", response, returns, oldValues: new Float32Array(length), weight: 1 / 14 };
  });
}

describe.each(["stock operations on wasm", "WASM kernels"] as const)(
  "the critic with %s",
  (implementation) => {
    beforeAll(() => useImplementation(implementation));

    function create(tied = true) {
      const folder = tinyFolder(1, { ...TINY_CONFIG, tied });
      const model = readLanguageModel(folder);
      return { model, folder, critic: new TfCritic(model, { weights: folder.weights, optimizer: null }) };
    }

    test("says 0 of everything at first, one number for each token", async () => {
      const { critic } = create();
      const values = await critic.values(valuedRollouts());
      expect(values.map((row) => [...row])).toEqual([5, 2, 7].map((length) => Array<number>(length).fill(0)));
    });

    test.each([true, false])(
      "learns what responses are worth; embedding tied to the logits: %s",
      async (tied) => {
        const { critic } = create(tied);
        const rollouts = valuedRollouts();
        const first = await critic.update(rollouts, { ...OPTIONS, valueClip: 10 });
        // 5 tokens are off by 1, 2 by 0, 7 by 0.5: half the mean square is (5 + 7 / 4) / 28.
        expect(first.loss).toBeCloseTo(6.75 / 28, 5);
        expect(first).toMatchObject({ tokens: 14, clipFraction: 0 });
        let last = first;
        for (let i = 0; i < 60; i++) last = await critic.update(rollouts, { ...OPTIONS, valueClip: 10 });
        // Nothing tells the first tokens apart, which all follow the same prompt: 0.5 is best there, off by 0.5 twice.
        expect(last.loss).toBeCloseTo(0.5 / 28, 3);
      },
    );

    test("goes on from saved weights and optimizer bit for bit", async () => {
      const { critic, model } = create();
      const rollouts = valuedRollouts();
      await critic.update(rollouts, OPTIONS);
      const saved = { weights: await critic.weights(), optimizer: await critic.optimizerState() };
      const restored = new TfCritic(model, saved);
      expect(await restored.values(rollouts)).toEqual(await critic.values(rollouts));
      expect(await restored.update(rollouts, OPTIONS)).toEqual(await critic.update(rollouts, OPTIONS));
      expect(await restored.weights()).toEqual(await critic.weights());
    });

    test("leaves no trace of an aborted update, and nothing when disposed", async () => {
      const held = tf.memory().numTensors;
      const { critic } = create(false);
      const weights = await critic.weights();
      const stop = AbortSignal.abort(new Error("enough"));
      await expect(critic.update(valuedRollouts(), OPTIONS, stop)).rejects.toThrow("enough");
      expect(await critic.weights()).toEqual(weights);
      await critic.dispose();
      expect(tf.memory().numTensors).toBe(held);
    });
  },
);
