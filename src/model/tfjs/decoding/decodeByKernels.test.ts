import { beforeAll, describe, expect, test, vi } from "vitest";
import { useImplementation } from "../../../ops/testBackend.ts";
import * as tf from "../../../ops/tf.ts";
import { SingleThread } from "../../../ops/wasm/threadPool.ts";
import { activeKernels } from "../../../ops/wasm/installWasmKernels.ts";
import { installWasmKernelsInNode } from "../../../ops/wasm/loadNode.ts";
import { decodeByOperations } from "./decodeByOperations.ts";
import { FIXTURES, fixtureDecoder, loadFixture } from "../../fixture.ts";
import { generate } from "./generate.ts";
import { prefill } from "./prefill.ts";

beforeAll(() => useImplementation("WASM kernels"));

const none = async (): Promise<void> => {};
const prompts = [Int32Array.of(3, 5, 8, 4, 9), Int32Array.of(13, 21), Int32Array.of(7)];
const requests = Array.from({ length: 60 }, (_, stream) => ({ prompt: stream % 3, seed: 5, stream }));

describe.each(FIXTURES)("decoding %s in whole steps", (name) => {
  test.each([
    { temperature: 1, topP: 1 },
    { temperature: 0.6, topP: 0.9 },
    { temperature: 0, topP: 1 },
  ])("gives what single operations give: %j", async (drawing) => {
    const decoder = fixtureDecoder(loadFixture(name));
    const decoding = { ...drawing, maxTokens: 40 };
    const found = await generate(decoder, prompts, requests, decoding, none);
    const expected = await decodeByOperations(decoder, prefill(decoder, prompts), requests, decoding, none);
    for (const [i, row] of expected.entries()) {
      expect([...found[i]!.tokens], `row ${i}`).toEqual([...row.tokens]);
      expect(found[i]!.finished).toBe(row.finished);
      // Float32 sums in another order in attention and residual: roundings of single logits, too small to flip a draw of this seed.
      for (const [t, logprob] of row.logprobs.entries()) {
        expect(Math.abs(found[i]!.logprobs[t]! - logprob)).toBeLessThanOrEqual(3e-5);
      }
      expect(Math.abs(found[i]!.entropy - row.entropy)).toBeLessThanOrEqual(3e-5);
    }
  });
});

test("decodes the same however many tokens a call has time for", async () => {
  const decoder = fixtureDecoder(loadFixture("tiny-llama"));
  const decoding = { temperature: 1, topP: 0.95, maxTokens: 40 };
  const clock = vi.spyOn(performance, "now");
  const rowsAt = async (callTime: number) => {
    let now = 0;
    clock.mockImplementation(() => (now += callTime));
    let calls = 0;
    const rows = await generate(decoder, prompts, requests, decoding, () => {
      calls++;
      return Promise.resolve();
    });
    return { rows, calls };
  };
  const [slow, fast] = [await rowsAt(1000), await rowsAt(0)];
  clock.mockRestore();
  expect(slow.calls).toBeGreaterThan(fast.calls); // a token a call, against up to 16
  expect(fast.rows).toEqual(slow.rows);
});

test("decodes the same however many threads share the rows", async () => {
  const decoder = fixtureDecoder(loadFixture("tiny-llama"));
  const decoding = { temperature: 1, topP: 0.95, maxTokens: 40 };
  const alone = await generate(decoder, prompts, requests, decoding, none);
  await installWasmKernelsInNode(({ call }) => new SingleThread(call, 5));
  const shared = await generate(decoder, prompts, requests, decoding, none);
  await installWasmKernelsInNode();
  expect(new Set(alone.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(5); // shares are dealt anew
  expect(shared).toEqual(alone);
});

test("decodes a row the same whether others share its beginning or it is alone", async () => {
  const decoder = fixtureDecoder(loadFixture("tiny-llama"));
  const decoding = { temperature: 0.4, topP: 1, maxTokens: 24 };
  const together = await generate(decoder, prompts, requests, decoding, none);
  const shared = together.map(({ tokens }, i) => {
    const others = together.filter(
      (_, other) => other !== i && requests[other]!.prompt === requests[i]!.prompt,
    );
    const differsAt = others.map((other) => [...tokens].findIndex((token, t) => other.tokens[t] !== token));
    return Math.max(...differsAt);
  });
  expect(shared.filter((length) => length > 4).length).toBeGreaterThan(10); // else this test shows little
  for (const [i, request] of requests.entries()) {
    expect(await generate(decoder, prompts, [request], decoding, none), `row ${i}`).toEqual([together[i]]);
  }
});

test("leaves no tensor behind, also when it is aborted", async () => {
  const decoder = fixtureDecoder(loadFixture("tiny-llama"));
  const decoding = { temperature: 1, topP: 1, maxTokens: 40 };
  expect(activeKernels()).toBeDefined();
  const before = tf.memory().numTensors;
  await generate(decoder, prompts, requests, decoding, none);
  const aborted = generate(decoder, prompts, requests, decoding, () => Promise.reject(new Error("stopped")));
  await expect(aborted).rejects.toThrow("stopped");
  expect(tf.memory().numTensors).toBe(before);
});
