import { describe, expect, it } from "vitest";
import { expectClose, expectEverywhere, indices, normals, toTensor, VALUE_TOLERANCE } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { tokenLogprobReference } from "./fixture.ts";
import { tokenLogprob } from "./tokenLogprob.ts";

const ints = (values: ArrayLike<number>): tf.Tensor1D => tf.tensor1d(Array.from(values), "int32");

describe("tokenLogprob", () => {
  it.each(IMPLEMENTATIONS)("gives log 1/4 and entropy log 4 for equal logits, %s", async (implementation) => {
    await useImplementation(implementation);
    const { logprob, entropy } = tokenLogprob(tf.fill([1, 4], 7), ints([2]));
    expect(logprob.dataSync()[0]).toBeCloseTo(-Math.log(4), 6);
    expect(entropy.dataSync()[0]).toBeCloseTo(Math.log(4), 6);
  });

  it.each([
    [1, 2],
    [3, 4],
    [4, 5],
    [5, 63],
    [63, 64],
    [65, 67],
    [9, 512],
  ])("agrees with float64 for %i rows of %i logits", async (m, v) => {
    const [logits, ids] = [normals(m, [m, v], 3), indices(v, m, v)];
    const operation = (x?: tf.Tensor) => tokenLogprob(x!, ints(ids)).logprob;
    await expectEverywhere(operation, (x) => tokenLogprobReference(x, ids).logprob, [logits]);
    for (const implementation of IMPLEMENTATIONS) {
      await useImplementation(implementation);
      const { entropy } = tokenLogprob(toTensor(logits), ints(ids));
      expectClose(
        `entropy, ${implementation}`,
        entropy.dataSync(),
        tokenLogprobReference(logits.data, ids).entropy,
        VALUE_TOLERANCE,
      );
    }
  });

  it.each(IMPLEMENTATIONS)("survives logits of +-80, %s", async (implementation) => {
    await useImplementation(implementation);
    const logits = {
      shape: [3, 5],
      data: Float64Array.from([80, -80, -80, -80, -80, -80, 80, 0, 80, -80, -80, -80, -80, -80, -80]),
    };
    const ids = Int32Array.from([1, 3, 0]);
    const { logprob, entropy } = tokenLogprob(toTensor(logits), ints(ids));
    const expected = tokenLogprobReference(logits.data, ids);
    expectClose("logprob", logprob.dataSync(), expected.logprob, VALUE_TOLERANCE);
    expectClose("entropy", entropy.dataSync(), expected.entropy, VALUE_TOLERANCE);
    const grad = tf.grad((x: tf.Tensor) => tf.sum(tokenLogprob(x, ints(ids)).logprob))(toTensor(logits));
    // Row 1: tokens 1 and 3 share the probability; the gradient is the indicator minus the softmax.
    expectClose(
      "gradient",
      grad.dataSync().slice(0, 10),
      [-1, 1, 0, 0, 0, 0, -0.5, 0, 0.5, 0],
      VALUE_TOLERANCE,
    );
  });

  it("has an entropy whose gradient agrees with float64", async () => {
    const [logits, ids] = [normals(2, [5, 63], 3), indices(3, 5, 63)];
    const operation = (x?: tf.Tensor) => tokenLogprob(x!, ints(ids)).entropy;
    await expectEverywhere(operation, (x) => tokenLogprobReference(x, ids).entropy, [logits]);
  });

  it("leaves only its two results behind", async () => {
    await useImplementation("WASM kernels");
    const [logits, ids] = [tf.ones([2, 3]), ints([0, 1])];
    const before = tf.memory().numTensors;
    const { logprob, entropy } = tokenLogprob(logits, ids);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([logprob, entropy]);
    tf.dispose(tf.grad((x: tf.Tensor) => tf.sum(tokenLogprob(x, ids).logprob))(logits));
    expect(tf.memory().numTensors).toBe(before);
  });
});
