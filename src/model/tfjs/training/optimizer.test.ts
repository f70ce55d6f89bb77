import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import * as tf from "../../../ops/tf.ts";
import { GradientError } from "../../contracts/gradientError.ts";
import { Optimizer, type StepOptions } from "./optimizer.ts";
import { IMPLEMENTATIONS, useImplementation } from "../../../ops/testBackend.ts";

interface AdamwFixture {
  readonly settings: Omit<StepOptions, "gradientClip"> & {
    readonly maxNorm: number;
    readonly epsilon: number;
  };
  readonly initial: readonly number[];
  readonly steps: readonly {
    readonly gradient: readonly number[];
    readonly norm: number;
    readonly gradientScale: number;
    readonly parameter: readonly number[];
    readonly m: readonly number[];
    readonly v: readonly number[];
  }[];
}

const url = new URL("../../../ops/adamw/adamw.fixture.json", import.meta.url);
/** Three steps of torch.optim.AdamW with clip_grad_norm_ on seven numbers; our own committed file. */
const fixture = JSON.parse(readFileSync(url, "utf8")) as AdamwFixture;
const { maxNorm: gradientClip, ...rates } = fixture.settings;
const options: StepOptions = { ...rates, gradientClip };

describe.each(IMPLEMENTATIONS)("the optimizer with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  /** Seven numbers in two tensors, so that the norm is taken over both. */
  function twoTensors(): Map<string, tf.Tensor> {
    return new Map([
      ["a", tf.keep(tf.tensor1d(fixture.initial.slice(0, 3)))],
      ["b", tf.keep(tf.tensor1d(fixture.initial.slice(3)))],
    ]);
  }

  /** Adds `share` of a gradient, as that of a linear loss. */
  function add(optimizer: Optimizer, gradient: readonly number[], share = 1): Promise<number> {
    const scaled = gradient.map((value) => value * share);
    return optimizer.accumulate((parameters) =>
      tf
        .add(
          tf.sum(tf.mul(parameters.get("a")!, tf.tensor1d(scaled.slice(0, 3)))),
          tf.sum(tf.mul(parameters.get("b")!, tf.tensor1d(scaled.slice(3)))),
        )
        .asScalar(),
    );
  }

  const flat = (tensors: ReadonlyMap<string, { readonly data: Float32Array }>): number[] =>
    [...tensors.values()].flatMap(({ data }) => [...data]);

  const values = (parameters: ReadonlyMap<string, tf.Tensor>): number[] =>
    [...parameters.values()].flatMap((tensor) => [...tensor.dataSync()]);

  function expectClose(actual: readonly number[], expected: readonly number[]): void {
    expect(actual).toHaveLength(expected.length);
    // float32 of numbers up to 2: half a unit in the last place is 1.2e-7, a few operations long.
    for (const [i, value] of actual.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
  }

  test("takes PyTorch's AdamW steps, clipped and not, from gradients summed over micro-batches", async () => {
    expect(new Set(fixture.steps.map((step) => step.gradientScale === 1)).size).toBe(2);
    const parameters = twoTensors();
    const optimizer = new Optimizer(parameters);
    for (const step of fixture.steps) {
      await add(optimizer, step.gradient, 0.25);
      await add(optimizer, step.gradient, 0.75);
      expect((await optimizer.step(options)) / step.norm).toBeCloseTo(1, 5);
      expectClose(values(parameters), step.parameter);
      const state = await optimizer.state();
      expectClose(flat(state.firstMoments), step.m);
      expectClose(flat(state.secondMoments), step.v);
    }
  });

  test("gives the loss and leaves the parameters alone until the step", async () => {
    const parameters = twoTensors();
    const before = values(parameters);
    const optimizer = new Optimizer(parameters);
    const loss = await add(optimizer, [1, 1, 1, 1, 1, 1, 1]);
    expect(loss).toBeCloseTo(
      before.reduce((sum, value) => sum + value),
      5,
    );
    expect(values(parameters)).toEqual(before);
  });

  test("goes on from a saved state bit for bit", async () => {
    const [first, second] = fixture.steps;
    const parameters = twoTensors();
    const optimizer = new Optimizer(parameters);
    await add(optimizer, first!.gradient);
    await optimizer.step(options);
    const copy = new Map(
      [...parameters].map(([name, tensor]) => [name, tf.keep(tf.tensor(tensor.dataSync()))]),
    );
    const restored = new Optimizer(copy, await optimizer.state());
    for (const each of [optimizer, restored]) {
      await add(each, second!.gradient);
      await each.step(options);
    }
    expect(values(copy)).toEqual(values(parameters));
    expect(await restored.state()).toEqual(await optimizer.state());
  });

  test.each([Number.NaN, Infinity])(
    "refuses a gradient of %f and leaves everything as it was",
    async (broken) => {
      const parameters = twoTensors();
      const optimizer = new Optimizer(parameters);
      await add(optimizer, fixture.steps[0]!.gradient);
      await optimizer.step(options);
      const [before, state, held] = [values(parameters), await optimizer.state(), tf.memory().numTensors];
      await add(optimizer, [0, 0, broken, 0, 0, 0, 0]);
      const failed = optimizer.step(options);
      await expect(failed).rejects.toThrow(GradientError);
      await expect(failed).rejects.toThrow("the weights are unchanged");
      expect(values(parameters)).toEqual(before);
      expect(await optimizer.state()).toEqual(state);
      expect(tf.memory().numTensors).toBe(held);
    },
  );

  test("holds two moments a parameter, and nothing once disposed", async () => {
    const parameters = twoTensors();
    const before = tf.memory().numTensors;
    const optimizer = new Optimizer(parameters);
    for (const step of fixture.steps) {
      await add(optimizer, step.gradient);
      await optimizer.step(options);
      expect(tf.memory().numTensors).toBe(before + 4);
    }
    await add(optimizer, fixture.steps[0]!.gradient); // not stepped
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
