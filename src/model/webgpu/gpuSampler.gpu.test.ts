/** The GPU's sampler against the reference path: the same decoder, prompts and requests. */
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Gpu } from "../../webgpu/device/device.ts";
import { describeWithPlainProducts } from "../../webgpu/fixture.ts";
import { countGpuCalls } from "../../webgpu/gpuCalls/fixture.ts";
import type { Decoding, Generated, RowRequest } from "../../decoder/generation.ts";
import { TOKENS_PER_SUBMIT } from "../../webgpu/sampling/decodeRun.ts";
import { entryBytes } from "../../webgpu/sampling/batchCapacity.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import type { Teams } from "../../webgpu/kernelVariants/variants.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import { FIXTURES, fixtureDecoder, loadFixture, type Fixture } from "../fixture.ts";
import { generate } from "../tfjs/decoding/generate.ts";
import { layOutScoredRows, scoreTokens } from "../tfjs/training/loss.ts";
import { parameterShapes } from "../weights/parameters.ts";

const none = async (): Promise<void> => {};
const PROMPTS = [Int32Array.of(3, 5, 8), Int32Array.of(13), Int32Array.of(21, 34, 55, 1, 2)];
const SAMPLED: Decoding = { temperature: 0.9, topP: 0.95, maxTokens: 12 };

/** `count` rows of each prompt, as the method asks for them. */
function requestsFor(prompts: number, count: number): RowRequest[] {
  return Array.from({ length: prompts * count }, (_, row) => ({
    prompt: Math.floor(row / count),
    seed: 7 + Math.floor(row / count),
    stream: row % count,
  }));
}

function createSampler(
  gpu: Gpu,
  { weights, config }: Fixture,
  change: Partial<ModelConfig> = {},
  cacheBytes?: number,
): GpuSampler {
  const parameters = new ParameterBuffer(gpu, parameterShapes(config), config.headDim);
  parameters.upload(weights);
  return new GpuSampler(gpu, { ...config, ...change }, parameters, cacheBytes);
}

/** Bytes for a cache of so many entries in f32. */
function bytesFor(entries: number, { config }: Fixture): number {
  return entries * config.layers * entryBytes(config);
}

function tokensOf(rows: readonly Generated[]): number[][] {
  return rows.map(({ tokens }) => [...tokens]);
}

function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((gap, value, i) => Math.max(gap, Math.abs(value - (expected[i] ?? 0))), 0);
}

describeWithPlainProducts("GpuSampler", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  describe.each(FIXTURES)("with %s", (name) => {
    const fixture = loadFixture(name);
    const { greedy } = fixture.expected;

    test("generates PyTorch's greedy tokens, whatever else is in the batch", async () => {
      const sampler = createSampler(gpu(), fixture);
      const prompts = [...PROMPTS, Int32Array.from(greedy.prompt)];
      const decoding = { temperature: 0, topP: 1, maxTokens: greedy.tokens.length };
      const rows = await sampler.generate(prompts, requestsFor(4, 2), decoding, none);
      expect([...rows[6]!.tokens]).toEqual(greedy.tokens);
      const reference = await generate(fixtureDecoder(fixture), prompts, requestsFor(4, 2), decoding, none);
      expect(tokensOf(rows)).toEqual(tokensOf(reference));
      for (const [i, row] of rows.entries()) {
        expect(largestGap(row.logprobs, reference[i]!.logprobs)).toBeLessThanOrEqual(1e-4);
        expect(Math.abs(row.entropy - reference[i]!.entropy)).toBeLessThanOrEqual(1e-4);
      }
      sampler.dispose();
    });

    test("notes the logprobs that the reference path gives its samples", async () => {
      const tolerance = 1e-4; // sums of float32 in another order
      const sampler = createSampler(gpu(), fixture);
      const requests = requestsFor(3, 3);
      const rows = await sampler.generate(PROMPTS, requests, SAMPLED, none);
      for (const [i, row] of rows.entries()) {
        const prompt = PROMPTS[requests[i]!.prompt]!;
        const scored = layOutScoredRows([[...prompt, ...row.tokens]], [prompt.length]);
        const { logprob, entropy } = scoreTokens(fixtureDecoder(fixture), scored, SAMPLED.temperature);
        expect(largestGap(row.logprobs, await logprob.data())).toBeLessThanOrEqual(tolerance);
        const mean = tf.mean(entropy).dataSync()[0]!;
        expect(Math.abs(row.entropy - mean)).toBeLessThanOrEqual(tolerance);
      }
      sampler.dispose();
    });
  });

  const fixture = loadFixture("tiny-llama");

  test("draws second tokens as often as the reference path does", async () => {
    const sampler = createSampler(gpu(), fixture);
    const decoding = { temperature: 1, topP: 0.9, maxTokens: 2 };
    const rows = 600;
    const prompts = PROMPTS.slice(0, 1);
    const count = (drawn: readonly Generated[]): Map<number, number> => {
      const counts = new Map<number, number>();
      for (const { tokens } of drawn) counts.set(tokens[1]!, (counts.get(tokens[1]!) ?? 0) + 1);
      return counts;
    };
    const ours = count(await sampler.generate(prompts, requestsFor(1, rows), decoding, none));
    const theirs = count(
      await generate(fixtureDecoder(fixture), prompts, requestsFor(1, rows), decoding, none),
    );
    // Chi-square of two samples of the same size; rare tokens are put together.
    let [chiSquare, degrees, rareOurs, rareTheirs] = [0, 0, 0, 0];
    for (const token of new Set([...ours.keys(), ...theirs.keys()])) {
      const [a, b] = [ours.get(token) ?? 0, theirs.get(token) ?? 0];
      if (a + b < 10) [rareOurs, rareTheirs] = [rareOurs + a, rareTheirs + b];
      else [chiSquare, degrees] = [chiSquare + (a - b) ** 2 / (a + b), degrees + 1];
    }
    chiSquare += (rareOurs - rareTheirs) ** 2 / Math.max(1, rareOurs + rareTheirs);
    expect(degrees).toBeGreaterThan(3);
    expect(chiSquare).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees)); // five standard deviations
    sampler.dispose();
  });

  test("draws each row the same, in any batch and again", async () => {
    const sampler = createSampler(gpu(), fixture);
    const together = await sampler.generate(PROMPTS, requestsFor(3, 3), SAMPLED, none);
    const again = await sampler.generate(PROMPTS, requestsFor(3, 3), SAMPLED, none);
    const alone = await sampler.generate(
      PROMPTS.slice(2),
      [{ prompt: 0, seed: 9, stream: 1 }],
      SAMPLED,
      none,
    );
    expect(again).toEqual(together);
    expect([...alone[0]!.tokens]).toEqual([...together[7]!.tokens]);
    expect(new Set(tokensOf(together).map(String)).size).toBeGreaterThan(5);
    sampler.dispose();
  });

  test.each([
    ["a third of the rows", 6 + 4 * 12, 4],
    ["one row", 4 + 12, 1],
  ])("draws the same with budget for %s at a time, reading each prompt once", async (_, entries, rows) => {
    const change = { eosTokens: [2, 79, 83, 24] };
    const all = createSampler(gpu(), fixture, change);
    const requests = [...requestsFor(3, 4)].reverse(); // the order of requests is free
    const expected = await all.generate(PROMPTS, requests, SAMPLED, none);
    expect(new Set(expected.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(2);
    const few = createSampler(gpu(), fixture, change, bytesFor(entries, fixture));
    const lives: number[] = [];
    const drawn = await few.generate(PROMPTS, requests, SAMPLED, (live) => {
      lives.push(live);
      return Promise.resolve();
    });
    expect(drawn).toEqual(expected);
    expect([all.statistics.rows, few.statistics.rows]).toEqual([12, rows]);
    expect([all.statistics.prefillTokens, few.statistics.prefillTokens]).toEqual([6, 6]);
    expect(few.statistics.cacheBytes).toBe(bytesFor(entries, fixture));
    expect(lives[0]).toBe(12); // those that wait are counted
    for (const sampler of [all, few]) sampler.dispose();
  });

  test("takes fewer rows at a time when the GPU runs out of memory", async () => {
    const sampler = createSampler(gpu(), fixture);
    const expected = await sampler.generate(PROMPTS, requestsFor(3, 4), SAMPLED, none);
    sampler.dispose();
    const { device } = gpu();
    const shortage = vi.spyOn(device, "popErrorScope").mockImplementationOnce(async () => {
      await device.popErrorScope(); // not replaced this time
      return { message: "no memory" };
    });
    expect(await sampler.generate(PROMPTS, requestsFor(3, 4), SAMPLED, none)).toEqual(expected);
    shortage.mockRestore();
    expect(sampler.statistics.rows).toBe(5); // 6 and 5 x 12 entries are the most of 75, half of 6 and 12 x 12
    sampler.dispose();
  });

  test("draws the same tokens when a workgroup shares a head's context and a row's vocabulary", async () => {
    const withTeams = (teams: Teams): GpuSampler =>
      createSampler({ ...gpu(), variants: { ...gpu().variants, teams } }, fixture);
    const alone = withTeams({ sample: 1, attend: 1 });
    const shared = withTeams({ sample: 64, attend: 16 });
    const expected = await alone.generate(PROMPTS, requestsFor(3, 2), SAMPLED, none);
    const drawn = await shared.generate(PROMPTS, requestsFor(3, 2), SAMPLED, none);
    expect(tokensOf(drawn)).toEqual(tokensOf(expected));
    for (const [i, { logprobs }] of drawn.entries())
      expect(largestGap(logprobs, expected[i]!.logprobs)).toBeLessThanOrEqual(1e-5);
    expect(shared.statistics.dispatches).toBe(alone.statistics.dispatches);
    for (const sampler of [alone, shared]) sampler.dispose();
  });

  test("keeps the batch full while rows wait, and makes nothing new for it", async () => {
    const cacheBytes = bytesFor(6 + 4 * 16, fixture);
    const sampler = createSampler(gpu(), fixture, { eosTokens: [] }, cacheBytes);
    const decoding = { ...SAMPLED, maxTokens: 16 };
    const work = (): Promise<unknown> => sampler.generate(PROMPTS, requestsFor(3, 4), decoding, none);
    await work();
    const before = sampler.statistics;
    const calls = await countGpuCalls(gpu().device, work);
    const after = sampler.statistics;
    expect(after.rows).toBe(4);
    expect(after.tokenSteps - before.tokenSteps).toBe((12 * 16) / 4);
    expect(after.reads - before.reads).toBe(48 / TOKENS_PER_SUBMIT);
    expect(after.submissions - before.submissions).toBe(calls.submit);
    // ExtraEvaluations those of tokens, one for each time that prompts are read.
    expect(calls.submit - calls.mapAsync).toBeLessThanOrEqual(3);
    const { createBuffer, createBindGroup, createShaderModule, createComputePipelineAsync } = calls;
    expect(createBuffer + createBindGroup + createShaderModule + createComputePipelineAsync).toBe(0);
    sampler.dispose();
  });

  test("decodes as many rows together as fit in the cache", async () => {
    const cacheBytes = bytesFor(6 + 4 * 4, fixture);
    const sampler = createSampler(gpu(), fixture, {}, cacheBytes);
    await sampler.generate(PROMPTS, requestsFor(3, 4), { ...SAMPLED, maxTokens: 4 }, none);
    expect(sampler.statistics).toMatchObject({ rows: 4, cacheBytes });
    sampler.dispose();
  });

  test("reads prompts too many for one submission as it reads each alone", async () => {
    const sampler = createSampler(gpu(), fixture);
    const prompts = Array.from({ length: 20 }, (_, prompt) =>
      Int32Array.from({ length: 30 }, (_, place) => (prompt * 31 + place * 7) % fixture.config.vocabulary),
    );
    const decoding = { temperature: 0, topP: 1, maxTokens: 4 };
    const all = await sampler.generate(prompts, requestsFor(20, 1), decoding, none); // 580 lines
    const last = await sampler.generate(prompts.slice(17), requestsFor(3, 1), decoding, none);
    expect(all.slice(17)).toEqual(last);
    sampler.dispose();
  });

  test("ends rows at their end-of-sequence token, and goes on with the others", async () => {
    const decoding = { temperature: 1, topP: 1, maxTokens: 40 };
    const free = createSampler(gpu(), fixture, { eosTokens: [] });
    const unending = await free.generate(PROMPTS, requestsFor(3, 8), decoding, none);
    const eosTokens = [2, 79, 83, 24];
    const lives: number[] = [];
    const sampler = createSampler(gpu(), fixture, { eosTokens });
    const rows = await sampler.generate(PROMPTS, requestsFor(3, 8), decoding, (live) => {
      lives.push(live);
      return Promise.resolve();
    });
    const cut = unending.map(({ tokens }) => {
      const end = tokens.findIndex((token) => eosTokens.includes(token));
      return [...tokens.subarray(0, end < 0 ? tokens.length : end + 1)];
    });
    expect(tokensOf(rows)).toEqual(cut);
    expect(rows.map(({ finished }) => finished)).toEqual(
      cut.map((tokens) => eosTokens.includes(tokens.at(-1)!)),
    );
    expect(new Set(cut.map(({ length }) => length)).size).toBeGreaterThan(5);
    expect(lives[0]).toBe(24);
    expect(lives.at(-1)).toBeLessThan(18); // below 0.75 of 24: rows were moved together on the way
    free.dispose();
    sampler.dispose();
  });

  test("costs 5 dispatches a layer and 3 a token, an eighth of a submission and of a read, and makes nothing new", async () => {
    const sampler = createSampler(gpu(), fixture, { eosTokens: [] });
    const requests = requestsFor(3, 4);
    const count = (maxTokens: number) =>
      countGpuCalls(gpu().device, () => sampler.generate(PROMPTS, requests, { ...SAMPLED, maxTokens }, none));
    const [short, long] = [TOKENS_PER_SUBMIT, 5 * TOKENS_PER_SUBMIT];
    await count(long);
    const before = await count(short);
    const after = await count(long);
    const tokens = long - short;
    const perToken = Object.fromEntries(
      Object.entries(after).map(([call, n]) => [call, (n - before[call as keyof typeof before]) / tokens]),
    );
    expect(perToken).toEqual({
      dispatchWorkgroups: 5 * fixture.config.layers + 3,
      submit: 1 / TOKENS_PER_SUBMIT,
      mapAsync: 1 / TOKENS_PER_SUBMIT,
      createBuffer: 0,
      createBindGroup: 0,
      createShaderModule: 0,
      createComputePipeline: 0,
      createComputePipelineAsync: 0,
      writeBuffer: 0,
    });
    expect(sampler.statistics.dispatches).toBe(5 * fixture.config.layers + 3);
    // Reading the prompts: one layer whole, of the last one only keys and values, and the embedding.
    const prefill = before.dispatchWorkgroups - short * sampler.statistics.dispatches;
    expect(prefill).toBe(5 * (fixture.config.layers - 1) + 2);
    expect(after.createBuffer + after.createBindGroup).toBe(0); // not even once a batch
    sampler.dispose();
  });

  test("samples with new weights as soon as they are copied", async () => {
    const parameters = new ParameterBuffer(gpu(), parameterShapes(fixture.config), fixture.config.headDim);
    parameters.upload(fixture.weights);
    const sampler = new GpuSampler(gpu(), fixture.config, parameters);
    const before = await sampler.generate(PROMPTS, requestsFor(3, 2), SAMPLED, none);
    const halved = [...fixture.weights].map(
      ([name, { shape, data }]) => [name, { shape, data: data.map((value) => value / 2) }] as const,
    );
    parameters.upload(new Map(halved));
    const after = await sampler.generate(PROMPTS, requestsFor(3, 2), SAMPLED, none);
    const fresh = createSampler(gpu(), { ...fixture, weights: new Map(halved) });
    expect(after).toEqual(await fresh.generate(PROMPTS, requestsFor(3, 2), SAMPLED, none));
    expect(after).not.toEqual(before);
    sampler.dispose();
  });

  test("stops when asked to, and can be used again", async () => {
    const sampler = createSampler(gpu(), fixture, { eosTokens: [] });
    const long = { ...SAMPLED, maxTokens: 32 };
    const expected = await sampler.generate(PROMPTS, requestsFor(3, 2), long, none);
    let breaths = 0;
    const stop = (): Promise<void> => {
      breaths += 1;
      return breaths === 2 ? Promise.reject(new Error("stopped")) : Promise.resolve();
    };
    await expect(sampler.generate(PROMPTS, requestsFor(3, 2), long, stop)).rejects.toThrow("stopped");
    expect(await sampler.generate(PROMPTS, requestsFor(3, 2), long, none)).toEqual(expected);
    sampler.dispose();
  });

  test("refuses what does not fit the model's positions, and shapes its kernels cannot run", async () => {
    const sampler = createSampler(gpu(), fixture);
    const long = { ...SAMPLED, maxTokens: 60 };
    await expect(sampler.generate(PROMPTS, requestsFor(3, 1), long, none)).rejects.toThrow(
      "a prompt of 5 tokens and a response of up to 60 exceed the model's 64 positions",
    );
    expect(() => createSampler(gpu(), fixture, { headDim: 15 })).toThrow("head_dim 15 is odd");
  });
});
