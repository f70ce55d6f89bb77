import { describe, expect, it } from "vitest";
import { checkpoint } from "./checkpoint.ts";
import { expectEverywhere, normals } from "./fixture.ts";
import { linear } from "./linear/linear.ts";
import { swiglu } from "./swiglu/swiglu.ts";
import { IMPLEMENTATIONS, useImplementation } from "./testBackend.ts";
import * as tf from "./tf.ts";

/** Two products with something between that keeps both its inputs. */
function block([x, w]: readonly tf.Tensor[]): tf.Tensor {
  const y = linear(x!, w!);
  return linear(swiglu(y, x!), w!);
}

describe("checkpoint", () => {
  it("agrees with float64, forward and backward, twice over", async () => {
    const [x, w] = [normals(1, [3, 4]), normals(2, [4, 4], 0.5)];
    const silu = (value: number): number => value / (1 + Math.exp(-value));
    const product = (a: Float64Array, b: Float64Array): Float64Array =>
      Float64Array.from({ length: 12 }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += a[4 * Math.floor(i / 4) + k]! * b[4 * (i % 4) + k]!;
        return sum;
      });
    const once = (a: Float64Array, b: Float64Array): Float64Array =>
      product(
        product(a, b).map((value, i) => silu(value) * a[i]!),
        b,
      );
    await expectEverywhere(
      (a, b) => checkpoint(block, [checkpoint(block, [a, b], []), b], []),
      (a, b) => once(once(a, b), b),
      [x, w],
    );
  });

  it.each(IMPLEMENTATIONS)(
    "gives the gradients of what is kept, and leaves nothing behind, on %s",
    async (name) => {
      await useImplementation(name);
      const [x, w] = [tf.ones([5, 8]), tf.randomNormal([8, 8], 0, 0.3, "float32", 1)];
      const plain = tf.grads((a: tf.Tensor, b: tf.Tensor) => block([a, b]))([x, w]);
      const before = tf.memory().numTensors;
      const again = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        checkpoint(([input, own], [scale]) => tf.mul(block([input!, own!]), scale!), [a, b], [tf.ones([1])]),
      )([x, w]);
      for (const [i, gradient] of again.entries()) expect(gradient.dataSync()).toEqual(plain[i]!.dataSync());
      tf.dispose(again);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
