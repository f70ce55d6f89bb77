import { describe, expect, it } from "vitest";
import { expectEverywhere, normals } from "./fixture.ts";
import { sum } from "./differentiable.ts";
import { IMPLEMENTATIONS, useImplementation } from "./testBackend.ts";
import * as tf from "./tf.ts";

describe("sum", () => {
  it("agrees with float64, forward and backward", async () => {
    const [a, b] = [normals(1, [3, 5]), normals(2, [3, 5])];
    const reference = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + (y[i] ?? 0));
    await expectEverywhere((x, y) => sum(x, y), reference, [a, b]);
  });

  it.each(IMPLEMENTATIONS)(
    "hands each its gradient where one is used again, on %s",
    async (implementation) => {
      await useImplementation(implementation);
      // d/dx of (x + x^2) + x = 2 + 2x, whichever is added to what first.
      const twice = (x: tf.Tensor) => sum(sum(x, tf.square(x)), x);
      const turned = (x: tf.Tensor) => sum(x, sum(tf.square(x), x));
      for (const f of [twice, turned]) {
        const gradient = tf.grad(f)(tf.tensor1d([1, 2, -3]));
        expect([...gradient.dataSync()]).toEqual([4, 6, -4]);
      }
    },
  );

  it("keeps nothing for the way back", async () => {
    await useImplementation("WASM kernels");
    const [a, b] = [tf.ones([4]), tf.ones([4])];
    let kept = -1;
    tf.grad((x: tf.Tensor) => {
      const before = tf.memory().numTensors;
      const value = sum(x, b);
      kept = tf.memory().numTensors - before - 1; // without the sum itself
      return value;
    })(a);
    expect(kept).toBe(0);
  });
});
