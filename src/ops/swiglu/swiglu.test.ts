import { describe, expect, it } from "vitest";
import { expectEverywhere, normals } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { swigluReference } from "./fixture.ts";
import { swiglu } from "./swiglu.ts";

describe("swiglu", () => {
  it.each([1, 3, 4, 5, 63, 64, 65])("agrees with float64 for rows of %i", async (f) => {
    await expectEverywhere((g, u) => swiglu(g, u), swigluReference, [
      normals(1, [3, f], 3),
      normals(2, [3, f]),
    ]);
  });

  it.each(IMPLEMENTATIONS)("is the gate itself, or nothing, far from zero, %s", async (implementation) => {
    await useImplementation(implementation);
    const gate = tf.tensor2d([80, 200, -200, -80], [1, 4]);
    const [dgate, dup] = tf.grads((g: tf.Tensor, u: tf.Tensor) => tf.sum(swiglu(g, u)))([
      gate,
      tf.ones([1, 4]),
    ]);
    expect(
      Array.from(
        swiglu(gate, tf.ones([1, 4]))
          .dataSync()
          .slice(0, 2),
      ),
    ).toEqual([80, 200]);
    for (const found of [swiglu(gate, tf.ones([1, 4])), dgate!, dup!]) {
      for (const value of found.dataSync().slice(2)) expect(Math.abs(value)).toBeLessThan(1e-30);
    }
    expect(Array.from(dgate!.dataSync().slice(0, 2))).toEqual([1, 1]);
    expect(Array.from(dup!.dataSync().slice(0, 2))).toEqual([80, 200]);
  });
});
