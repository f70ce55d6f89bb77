import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectClose, normals, toTensor } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { adamw, type AdamwOptions, type AdamwState } from "./adamw.ts";

/** Three steps of torch.optim.AdamW in float64, see tools/oracle. */
interface Fixture {
  readonly settings: {
    learningRate: number;
    beta1: number;
    beta2: number;
    epsilon: number;
    weightDecay: number;
  };
  readonly initial: number[];
  readonly steps: {
    gradient: number[];
    norm: number;
    gradientScale: number;
    parameter: number[];
    m: number[];
    v: number[];
  }[];
}

const { settings, initial, steps } = JSON.parse(
  readFileSync(new URL("./adamw.fixture.json", import.meta.url), "utf8"),
) as Fixture;

const OPTIONS: AdamwOptions = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.5,
  gradientScale: 1,
  stepNumber: 1,
};

/** A parameter before its first update. */
function from(param: tf.Tensor): AdamwState {
  return { param, m: tf.zerosLike(param), v: tf.zerosLike(param) };
}

describe.each(IMPLEMENTATIONS)("adamw, %s", (implementation) => {
  it("follows PyTorch's AdamW", async () => {
    await useImplementation(implementation);
    let state = from(tf.tensor1d(initial));
    for (const [i, step] of steps.entries()) {
      const grad = tf.tensor1d(step.gradient);
      const options = { ...settings, gradientScale: step.gradientScale, stepNumber: i + 1 };
      state = adamw(state, grad, options);
      expectClose("parameter", state.param.dataSync(), step.parameter, 1e-6); // a few float32 roundings
      expectClose("m", state.m.dataSync(), step.m, 1e-6);
      expectClose("v", state.v.dataSync(), step.v, 1e-6);
    }
  });

  it("moves each parameter by the learning rate on the first step, whatever the tensor's size", async () => {
    await useImplementation(implementation);
    for (const size of [1, 3, 4, 5, 64, 65]) {
      const grad = toTensor(normals(size, [size]));
      const { param } = adamw(from(tf.zeros([size])), grad, {
        ...OPTIONS,
        weightDecay: 0,
        epsilon: 0,
      });
      // m / sqrt(v) with bias correction is the gradient's sign
      expectClose(
        "param",
        param.dataSync(),
        Array.from(grad.dataSync(), (g) => -0.1 * Math.sign(g)),
        1e-6,
      );
    }
  });

  it("shrinks a parameter without gradient by the decoupled decay", async () => {
    await useImplementation(implementation);
    const { param } = adamw(from(tf.fill([5], 2)), tf.zeros([5]), OPTIONS);
    expectClose("param", param.dataSync(), new Array<number>(5).fill(2 * (1 - 0.1 * 0.5)), 1e-6);
  });

  it("consumes what it replaces and leaves copies alone", async () => {
    await useImplementation(implementation);
    const before = tf.memory().numTensors;
    const param = tf.ones([6]);
    const copy = param.clone();
    const grad = tf.ones([6]);
    const state = adamw(from(param), grad, OPTIONS);
    expect(Array.from(copy.dataSync())).toEqual(new Array(6).fill(1));
    expect(state.param.dataSync()[0]).toBeCloseTo(0.85, 6); // 1 - 0.1 * 0.5 - 0.1
    expect(tf.memory().numTensors).toBe(before + 5); // param, m, v, the gradient, the copy
  });
});
