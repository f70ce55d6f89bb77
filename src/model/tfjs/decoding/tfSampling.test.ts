/** What the policy draws by TensorFlow.js' operations: which rows, in which places, and when it ends. */
import { beforeAll, describe, expect, test } from "vitest";
import { useImplementation } from "../../../ops/testBackend.ts";
import * as tf from "../../../ops/tf.ts";
import type { Response } from "../../../rl/contracts/types.ts";
import { tinyFolder } from "../../fixture.ts";
import { readLanguageModel } from "../../language/languageModel.ts";
import { TfModel } from "../tfModel.ts";
import { TfPolicy } from "../tfPolicy.ts";

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };

function create(): TfPolicy {
  const folder = tinyFolder();
  const model = new TfModel(readLanguageModel(folder), folder.weights);
  return new TfPolicy(model, { reference: null, optimizer: null });
}

describe.each(["stock operations on wasm", "WASM kernels"] as const)(
  "the policy with %s",
  (implementation) => {
    beforeAll(() => useImplementation(implementation));

    test("stops sampling at the signal and leaves no tensor behind", async () => {
      const policy = create();
      const held = tf.memory().numTensors;
      const controller = new AbortController();
      const onProgress = (): void => controller.abort(new Error("enough"));
      const requests = [{ prompt: "2+2=", seed: 1 }];
      await expect(policy.sample(requests, SAMPLING, controller.signal, onProgress)).rejects.toThrow(
        "enough",
      );
      expect(tf.memory().numTensors).toBe(held);
    });

    test("draws a response by its prompt, seed and place alone, whatever else is asked", async () => {
      const policy = create();
      const [a, b] = [
        { prompt: "2+2=", seed: 5 },
        { prompt: "A longer question, with words?", seed: 6 },
      ];
      const alone = await policy.sample([b], { ...SAMPLING, count: 2 });
      const together = await policy.sample([a, b, a], { ...SAMPLING, count: 5 });
      expectSame(together[2]!, together[0]!);
      expectSame(together[1]!.slice(0, 2), alone[0]!);
      expect(new Set(together[1]!.map(({ text }) => text)).size).toBeGreaterThan(1);
    });

    test("goes on where an earlier draw ended", async () => {
      const policy = create();
      const requests = ["2+2=", "3+4="].map((prompt, seed) => ({ prompt, seed }));
      const all = await policy.sample(requests, SAMPLING);
      const [first, rest] = [
        await policy.sample(requests, { ...SAMPLING, count: 1 }),
        await policy.sample(requests, { ...SAMPLING, count: 3, first: 1 }),
      ];
      expect(first.map((responses, i) => [...responses, ...rest[i]!])).toEqual(all);
    });

    test("samples more rows than one batch holds, in their places", async () => {
      const policy = create();
      const requests = [1, 2, 3].map((seed) => ({ prompt: `${seed}+${seed}=`, seed }));
      const progress: (readonly [number, number])[] = [];
      const sampling = { ...SAMPLING, count: 300, maxResponseTokens: 2 }; // 900 rows: the second prompt is split
      const responses = await policy.sample(requests, sampling, undefined, (...at) => progress.push(at));
      expect(responses.map(({ length }) => length)).toEqual([300, 300, 300]);
      const [alone] = await policy.sample([requests[1]!], sampling);
      expect(responses[1]!.map(({ tokens }) => [...tokens])).toEqual(alone!.map(({ tokens }) => [...tokens]));
      expect(progress.at(-1)).toEqual([900, 900]);
      expect(progress).toEqual([...progress].sort(([x], [y]) => x - y)); // never backwards
    });

    test("ends a response at its end token or at the limit, and says which", async () => {
      const policy = create();
      const [responses] = await policy.sample([{ prompt: "2+2=", seed: 1 }], { ...SAMPLING, count: 200 });
      const ends = responses!.map(({ tokens }) => tokens.indexOf(2));
      for (const [i, { tokens, finished, text }] of responses!.entries()) {
        expect(finished).toBe(ends[i]! >= 0);
        expect(tokens.length).toBe(finished ? ends[i]! + 1 : 12);
        expect(text).not.toContain("<eos>");
      }
      expect(new Set(ends.map((end) => end >= 0)).size).toBe(2); // both kinds are among them
    });

    test("refuses what the model has no positions for, and says what to change", async () => {
      const policy = create();
      const requests = [{ prompt: "2+2=", seed: 1 }];
      await expect(policy.sample(requests, { ...SAMPLING, maxResponseTokens: 128 })).rejects.toThrow(
        /exceed the model's context of 128 tokens; lower the maximum response length/,
      );
    });
  },
);

/** The same tokens, and logprobs that differ at most by the order of float32 sums, which other rows may change. */
function expectSame(actual: readonly Response[], expected: readonly Response[]): void {
  expect(actual.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
  expect(actual.map(({ tokens }) => [...tokens])).toEqual(expected.map(({ tokens }) => [...tokens]));
  const logprobs = (responses: readonly Response[]): number[] =>
    responses.flatMap((response) => [...response.logprobs]);
  for (const [i, logprob] of logprobs(actual).entries()) {
    expect(Math.abs(logprob - logprobs(expected)[i]!)).toBeLessThan(1e-5);
  }
}
