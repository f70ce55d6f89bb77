import { describe, expect, it } from "vitest";
import { expectEverywhere, normals } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { rmsNormReference } from "./fixture.ts";
import { rmsNorm } from "./rmsNorm.ts";

describe("rmsNorm", () => {
  it.each(IMPLEMENTATIONS)("divides a row by its root mean square, %s", async (implementation) => {
    await useImplementation(implementation);
    // rms of (3, 4, 0, 0) is 2.5, of (1, 1, 1, 1) is 1.
    const y = rmsNorm(tf.tensor2d([3, 4, 0, 0, 1, 1, 1, 1], [2, 4]), tf.tensor1d([1, 10, 1, 2]), 0);
    expect(Array.from(y.dataSync())).toEqual([1.2, 16, 0, 0, 1, 10, 1, 2].map(Math.fround));
  });

  it.each([
    [1, 1],
    [3, 4],
    [4, 5],
    [5, 63],
    [63, 64],
    [65, 65],
  ])("agrees with float64 for %i rows of %i", async (m, d) => {
    const reference = (x: Float64Array, w: Float64Array) => rmsNormReference(x, w, 1e-5);
    await expectEverywhere((x, w) => rmsNorm(x, w, 1e-5), reference, [normals(m, [m, d]), normals(d, [d])]);
  });

  it("stays finite on a row of zeros", async () => {
    await useImplementation("WASM kernels");
    const grads = tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(rmsNorm(x, w, 1e-5)));
    const found = grads([tf.zeros([1, 8]), tf.ones([8])]).flatMap((grad) => Array.from(grad.dataSync()));
    for (const dx of found.slice(0, 8)) expect(dx).toBeCloseTo(1 / Math.sqrt(1e-5), 3);
    expect(found.slice(8)).toEqual(new Array(8).fill(0));
  });
});
