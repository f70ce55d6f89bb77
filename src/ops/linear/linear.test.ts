import { describe, expect, it } from "vitest";
import { expectEverywhere, normals, toTensor } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { linear } from "./linear.ts";
import { linearReference } from "./fixture.ts";

describe("linear", () => {
  it.each(IMPLEMENTATIONS)("maps by rows of the weights, %s", async (implementation) => {
    await useImplementation(implementation);
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const w = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
    const y = linear(x, w, tf.tensor1d([10, 20, 30]));
    expect(y.arraySync()).toEqual([
      [11, 22, 33],
      [13, 24, 37],
    ]);
  });

  // Around the 4 x 8 tile, the vector of 4, the block of 48 rows and the batch block of 128 rows of the kernels.
  it.each([
    [1, 1, 1],
    [3, 4, 5],
    [4, 8, 8],
    [5, 9, 3],
    [47, 63, 4],
    [49, 64, 65],
    [127, 7, 12],
    [129, 17, 64],
    [300, 33, 31],
  ])("agrees with float64 for %i x %i outputs of %i inputs", async (m, n, k) => {
    const inputs = [normals(m, [m, k]), normals(n, [n, k]), normals(k, [n])];
    const reference = (x: Float64Array, w: Float64Array, b?: Float64Array) =>
      linearReference(x, w, b ?? null, k);
    await expectEverywhere((x, w, b) => linear(x, w, b), reference, inputs);
    await expectEverywhere((x, w) => linear(x, w), reference, inputs.slice(0, 2));
  });

  it("does not write outside its results", async () => {
    await useImplementation("WASM kernels");
    const guards = Array.from({ length: 40 }, (_, i) => tf.fill([1 + (i % 7)], i));
    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 3, 2],
      [6, 9, 7],
      [130, 13, 11],
    ] as const) {
      const weighted = (x: tf.Tensor, w: tf.Tensor): tf.Scalar => tf.sum(linear(x, w));
      tf.grads(weighted)([toTensor(normals(1, [m, k])), toTensor(normals(2, [n, k]))]);
    }
    guards.forEach((guard, i) =>
      expect(Array.from(guard.dataSync())).toEqual(new Array(1 + (i % 7)).fill(i)),
    );
  });

  it("gives the same bits every time", async () => {
    await useImplementation("WASM kernels");
    const [x, w] = [toTensor(normals(1, [129, 65])), toTensor(normals(2, [33, 65]))];
    const run = () => tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(linear(a, b))))([x, w]);
    const [first, second] = [run(), run()].map((grads) => grads.map((grad) => grad.dataSync()));
    expect(first).toEqual(second);
  });

  it("refuses shapes that do not fit and integers", async () => {
    await useImplementation("WASM kernels");
    const x = tf.zeros([2, 3]);
    expect(() => linear(x, tf.zeros([4, 2]))).toThrow("linear: w: shape [4, 2] instead of [4, 3]");
    expect(() => linear(x, tf.zeros([4, 3]), tf.zeros([3]))).toThrow(
      "linear: bias: shape [3] instead of [4]",
    );
    expect(() => linear(tf.zeros([2, 3], "int32"), tf.zeros([4, 3]))).toThrow("a kernel got int32");
  });

  it("leaves no tensor behind", async () => {
    await useImplementation("WASM kernels");
    const inputs = [toTensor(normals(1, [9, 5])), toTensor(normals(2, [7, 5])), toTensor(normals(3, [7]))];
    const before = tf.memory().numTensors;
    linear(inputs[0]!, inputs[1]!, inputs[2]).dispose();
    const weighted = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Scalar => tf.sum(linear(x, w, b));
    tf.dispose(tf.grads(weighted)(inputs));
    expect(tf.memory().numTensors).toBe(before);
  });
});
