/** The same run, bit for bit, whatever earlier work has left in the memory that the graphs use again. */
import { describe, expect, test } from "vitest";
import type { Gpu } from "../../webgpu/device/device.ts";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { recordBuffers } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { makeStale, STALE } from "../../webgpu/staleMemory/fixture.ts";
import type { Teams } from "../../webgpu/kernelVariants/variants.ts";
import type { TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import {
  DECODE_PRODUCTS,
  PLAIN_PRODUCT,
  TRAIN_PRODUCTS,
  type DecodeVariants,
  type ProductVariant,
  type TrainVariants,
} from "../../webgpu/kernelVariants/variants.ts";
import { loadFixture, type FIXTURES, type Fixture } from "../fixture.ts";
import { createTrainer, rowsOf, settingsOf, valueHead } from "./gpuTraining/fixture.ts";

const STEP = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, weightDecay: 0.1, gradientClip: 1 };
const PROMPTS = [Int32Array.of(3, 5, 8), Int32Array.of(13), Int32Array.of(21, 34, 55, 1, 2)];
const REQUESTS = [0, 0, 1, 1, 2, 2].map((prompt, stream) => ({ prompt, seed: 7, stream }));
const DECODING = { temperature: 0.9, topP: 0.95, maxTokens: 10 };

/** A model, how its products are computed and by how many, and what else there is a choice of. */
interface Case {
  readonly name: (typeof FIXTURES)[number];
  readonly kind: string;
  readonly products: readonly ProductVariant[];
  readonly teams: Teams;
  readonly recompute: boolean;
}

const PLAIN = {
  kind: "plain products",
  products: [PLAIN_PRODUCT],
  teams: { sample: 1, attend: 1 },
  recompute: false,
} as const;

const MIXED = {
  kind: "products of all kinds",
  products: [
    PLAIN_PRODUCT, // the largest kernels, which take long to compile
    { kind: "split", lines: 4, vectors: 1, slices: 16, subgroups: false },
    PLAIN_PRODUCT,
    { kind: "tile", tileLines: 32, tileVectors: 8, lines: 4, vectors: 1, depth: 4 },
  ],
  teams: { sample: 64, attend: 16 },
  recompute: true,
} as const;

const CASES: readonly Case[] = [
  { name: "tiny-llama", ...PLAIN },
  { name: "tiny-qwen2", ...PLAIN },
  { name: "tiny-qwen2", ...MIXED },
];

/** The GPU with these products in turn. */
function withProducts(gpu: Gpu, { products, teams }: Case): Gpu {
  const inTurn = (names: readonly string[]): unknown =>
    Object.fromEntries(names.map((name, i) => [name, products[i % products.length]]));
  const decode = inTurn(DECODE_PRODUCTS) as DecodeVariants; // one for each name
  const train = inTurn(TRAIN_PRODUCTS) as TrainVariants; // likewise
  return { ...gpu, variants: { decode, train, teams } };
}

/** The fixture's rows, from which values are learnt as well. */
function rowsWithValues(fixture: Fixture): TrainingRow[] {
  return rowsOf(fixture).map((row) => {
    const ones = Array.from(row.advantages, () => 1);
    return { ...row, values: { old: ones.map(() => 0), returns: ones, weights: ones } };
  });
}

const STALE_CASES = CASES.flatMap((each) => STALE.map((stale) => ({ ...each, stale })));

describeOnGpu("memory that is used again", (lent) => {
  describe.each(STALE_CASES)("with $name and $kind, holding $stale.name", ({ stale, ...way }) => {
    const fixture = loadFixture(way.name);
    const gpu = (): Gpu => withProducts(lent(), way);
    const create = () => createTrainer(gpu(), fixture, valueHead(fixture.config.width), way);
    const rows = rowsWithValues(fixture);

    test("changes no score, gradient or weight of a micro-batch smaller than the one before", async () => {
      const { result: used, buffers } = await recordBuffers(lent().device, async () => {
        const made = create();
        await made.trainer.accumulate(rows, settingsOf(fixture));
        await made.trainer.statistics(); // the optimizer is ready
        return made;
      });
      used.trainer.forget();
      const soil = () => makeStale(lent(), buffers, stale);
      expect(await soil()).toBeGreaterThan(10);
      const expected = await outcome(create(), () => Promise.resolve());
      expect(expected.norm).toBeGreaterThan(0);
      expect(await outcome(used, soil)).toEqual(expected);
    });

    /** What a trainer makes of some of the rows; `soil` is called before each submission. */
    async function outcome({ trainer, parameters }: ReturnType<typeof create>, soil: () => Promise<unknown>) {
      await soil();
      const scores = await trainer.accumulate(rows.slice(1, 3), settingsOf(fixture));
      const gradients = await trainer.gradients.download();
      await soil();
      const norm = await trainer.step(STEP);
      await trainer.dispose();
      return { scores, gradients, norm, weights: await parameters.download() };
    }

    test("changes no score of texts that are fewer than those before", async () => {
      const { trainer, parameters } = create();
      const scorer = () => new GpuScorer(gpu(), fixture.config, parameters);
      const [fresh, used] = [scorer(), scorer()];
      const { buffers } = await recordBuffers(lent().device, () => used.score(rows, 0.7));
      expect(await makeStale(lent(), buffers, stale)).toBeGreaterThan(2);
      const few = rows.slice(1, 3);
      expect(await used.score(few, 0.7)).toEqual(await fresh.score(few, 0.7));
      for (const each of [fresh, used]) each.dispose();
      await trainer.dispose();
    });

    test("changes no token that is sampled, nor its logprob", async () => {
      const { trainer, parameters } = create();
      const sampler = new GpuSampler(gpu(), { ...fixture.config, eosTokens: [] }, parameters);
      const generate = () => sampler.generate(PROMPTS, REQUESTS, DECODING, () => Promise.resolve());
      const { result, buffers } = await recordBuffers(lent().device, generate);
      expect(await makeStale(lent(), buffers, stale)).toBeGreaterThan(4);
      expect(await generate()).toEqual(result);
      sampler.dispose();
      await trainer.dispose();
    });
  });
});
