/** Algorithms of the literature as data of the GPU's trainer, against automatic differentiation on the reference path. */
import { beforeAll, expect, test } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import type { LossSettings } from "../../webgpu/layout/scoredToken.ts";
import { layOutTraining, type TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import * as tf from "../../ops/tf.ts";
import { loadFixture, relativeGap } from "../fixture.ts";
import { createTrainer, referenceGradients, rowsOf, settingsOf, valueHead } from "./gpuTraining/fixture.ts";
import type { HostTensor } from "../weights/parameters.ts";

const fixture = loadFixture("tiny-llama");
const PLAIN = settingsOf(fixture);
const none: ReadonlyMap<string, HostTensor> = new Map();
const head = valueHead(fixture.config.width);

const total = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

/** Each token's weight such that rows weigh alike (GRPO), or by its place in the row. */
const weighted = (weight: (k: number, length: number) => number): TrainingRow[] =>
  rowsOf(fixture).map((row) => {
    const length = row.tokens.length - row.first;
    return { ...row, weights: Array.from({ length }, (_, k) => weight(k, length)) };
  });
const bySequence = weighted((_, length) => 1 / length);

/** Rows with old values and returns about their tokens, some clipped and some not. */
const valued = (rows: readonly TrainingRow[], weight: number): TrainingRow[] =>
  rows.map((row, i) => {
    const of = (value: (k: number) => number): number[] =>
      Array.from({ length: row.tokens.length - row.first }, (_, k) => value(k));
    const values = {
      old: of((k) => 0.4 * Math.sin(i + k)),
      returns: of((k) => (k % 3) - i),
      weights: of(() => weight),
    };
    return { ...row, values };
  });

/** Half of the tokens have become so likely that dual clipping bounds them. */
const bounded = rowsOf(fixture).map((row) => ({
  ...row,
  advantages: Array.from(row.advantages, (_, k) => (k % 3 === 0 ? 1 : -1)),
  oldLogprobs: Array.from(row.oldLogprobs, (logprob, k) => (k % 2 === 0 ? logprob - 3 : logprob)),
}));

const CASES: readonly [
  string,
  readonly TrainingRow[],
  Partial<LossSettings>,
  ReadonlyMap<string, HostTensor>,
][] = [
  ["a mean over sequences", bySequence, { normalizer: 3 }, none],
  ["weights by place", weighted((k) => 0.9 ** k), { normalizer: 1 }, none],
  ["KL by k1", rowsOf(fixture), { klCoefficient: 0.3, klEstimator: "k1" }, none],
  ["KL by k2", rowsOf(fixture), { klCoefficient: 0.3, klEstimator: "k2" }, none],
  ["KL by k3", rowsOf(fixture), { klCoefficient: 0.3, klEstimator: "k3" }, none],
  ["an entropy bonus", rowsOf(fixture), { entropyCoefficient: 0.5 }, none],
  ["dual clipping", bounded, { dualClip: 1.5, clipLow: 0.1, clipHigh: 0.3 }, none],
  ["a value head beside the policy", valued(rowsOf(fixture), 0.5), { valueClip: 0.2 }, head],
  ["values without a bound", valued(rowsOf(fixture), 2), {}, head],
  [
    "a critic alone",
    valued(
      weighted(() => 0),
      1,
    ),
    { valueClip: 0.2, entropyCoefficient: 0.5 },
    head,
  ],
];

describeOnGpu("GpuTrainer's loss", (gpu) => {
  beforeAll(() => tf.setBackend("cpu")); // the reference; the graphs need no TensorFlow.js

  test.each(CASES)("gives the gradients of %s", async (_, rows, settings, more) => {
    const loss = { ...PLAIN, ...settings };
    const expected = await referenceGradients(fixture, more, rows, loss);
    const { trainer, parameters } = createTrainer(gpu(), fixture, more);
    const { losses } = await trainer.accumulate(rows, loss);
    expect(Math.abs(total(losses) / expected.loss - 1)).toBeLessThanOrEqual(1e-5);
    for (const [name, { data }] of await trainer.gradients.download()) {
      const reference = expected.gradients.get(name)!;
      expect(Math.hypot(...reference), name).toBeGreaterThan(0);
      expect(relativeGap(data, reference), name).toBeLessThanOrEqual(1e-5); // float32, summed in another order
    }
    await trainer.dispose();
    parameters.dispose();
  });

  test("does the same to rows that share their prompt as to each by itself, with fewer lines", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture);
    const [leader] = rowsOf(fixture);
    const rows = [0, 1, 2].map((i) => {
      const tokens = leader!.tokens.map((token, t) => (t < leader!.first ? token : (token + i) % 20));
      return { ...leader!, tokens, advantages: Array.from(leader!.advantages, (advantage) => advantage - i) };
    });
    for (const row of rows) await trainer.accumulate([row], PLAIN);
    const apart = await trainer.gradients.download();
    trainer.forget();
    await trainer.accumulate(rows, PLAIN);
    for (const [name, { data }] of await trainer.gradients.download())
      expect(relativeGap(data, apart.get(name)!.data), name).toBeLessThanOrEqual(1e-5);
    await trainer.dispose();
    parameters.dispose();
    const shared = leader!.first - 1;
    expect(shared).toBeGreaterThan(0);
    const lines = layOutTraining(rows, 1).sizes[0];
    expect(lines).toBe(3 * (leader!.tokens.length - 1) - 2 * shared);
  });

  test("says what the value head says of each token's line", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture, head);
    const rows = valued(rowsOf(fixture), 1);
    const { values } = await trainer.accumulate(rows, { ...PLAIN, klCoefficient: 0 });
    // The derivative of half the squared error by the bias is the sum of value - return, over the normalizer.
    const returns = rows.flatMap((row) => Array.from(row.values!.returns));
    const errors = Array.from(values, (value, k) => value - returns[k]!);
    const gradient = (await trainer.gradients.download()).get("score.bias")!.data[0]!;
    const expected = errors.reduce((sum, error) => sum + error, 0) / PLAIN.normalizer;
    expect(Math.abs(gradient / expected - 1)).toBeLessThanOrEqual(1e-5);
    expect(new Set(values).size).toBe(values.length);
    await trainer.dispose();
    parameters.dispose();
  });

  test("has derivatives that finite differences of the loss confirm, with all of its terms at once", async () => {
    const { trainer, parameters } = createTrainer(gpu(), fixture, head);
    const rows = valued(bySequence, 0.5);
    const loss: LossSettings = {
      ...PLAIN,
      klCoefficient: 0.2,
      klEstimator: "k2",
      entropyCoefficient: 0.3,
      clipLow: 10, // a step across the corner of a clip has no derivative
      clipHigh: 10,
      normalizer: 3,
    };
    await trainer.accumulate(rows, loss);
    const gradients = await trainer.gradients.download();
    const weights = new Map([...fixture.weights, ...head]);
    for (const name of [
      "model.layers.0.self_attn.q_proj.weight",
      "model.embed_tokens.weight",
      "score.weight",
    ]) {
      const { shape, data } = weights.get(name)!;
      const direction = gradients.get(name)!.data;
      const length = Math.hypot(...direction);
      const lossAt = async (offset: number): Promise<number> => {
        const moved = data.map((value, i) => value + (offset * direction[i]!) / length);
        parameters.upload(new Map([[name, { shape, data: moved }]]));
        return total((await trainer.accumulate(rows, loss)).losses);
      };
      const offset = 3e-3;
      const slope = ((await lossAt(offset)) - (await lossAt(-offset))) / (2 * offset);
      await lossAt(0);
      expect(Math.abs(slope / length - 1), name).toBeLessThanOrEqual(1e-2);
    }
    await trainer.dispose();
    parameters.dispose();
  });
});
