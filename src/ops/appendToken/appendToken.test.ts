import { describe, expect, it } from "vitest";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { appendToken } from "./appendToken.ts";

describe("appendToken", () => {
  it.each(IMPLEMENTATIONS)("writes one token per row at any position, %s", async (implementation) => {
    await useImplementation(implementation);
    const before = tf.memory().numTensors;
    let suffix: tf.Tensor = tf.zeros([2, 3, 2]);
    for (const index of [1, 0, 2]) {
      const x = tf.tensor2d([index + 1, 10, index + 1, 20], [2, 2]);
      suffix = appendToken(suffix, x, index);
      x.dispose();
    }
    expect(Array.from(suffix.dataSync())).toEqual([1, 10, 2, 10, 3, 10, 1, 20, 2, 20, 3, 20]);
    suffix.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(IMPLEMENTATIONS)("leaves a copy of the cache alone, %s", async (implementation) => {
    await useImplementation(implementation);
    const suffix = tf.zeros([1, 2, 1]);
    const copy = suffix.clone();
    const appended = appendToken(suffix, tf.ones([1, 1]), 1);
    expect(Array.from(appended.dataSync())).toEqual([0, 1]);
    expect(Array.from(copy.dataSync())).toEqual([0, 0]);
  });

  it("refuses a position beyond the slots", async () => {
    await useImplementation("WASM kernels");
    expect(() => appendToken(tf.zeros([1, 2, 1]), tf.ones([1, 1]), 2)).toThrow("position 2 of 2 slots");
  });
});
