import { describe, expect, it, vi } from "vitest";
import { expectEverywhere, indices, normals, toTensor, type Values } from "../fixture.ts";
import { useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { tokenLogprobReference } from "../tokenLogprob/fixture.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { headLogprob } from "./headLogprob.ts";

const V = 37;
const D = 8;
const ints = (values: ArrayLike<number>): tf.Tensor1D => tf.tensor1d(Array.from(values), "int32");

/** In float64. */
function reference(hidden: Float64Array, w: Float64Array, ids: Int32Array) {
  const logits = Float64Array.from({ length: ids.length * V }, (_, i) => {
    const [row, token] = [Math.floor(i / V), i % V];
    let sum = 0;
    for (let k = 0; k < D; k++) sum += hidden[row * D + k]! * w[token * D + k]!;
    return sum;
  });
  return tokenLogprobReference(logits, ids);
}

function inputs(m: number): { given: [Values, Values]; ids: Int32Array } {
  return { given: [normals(m, [m, D]), normals(m + 1, [V, D])], ids: indices(m + 2, m, V) };
}

describe("headLogprob", () => {
  it.each([
    ["in one go", 7, 7 * V],
    ["in equal chunks", 6, 3 * V],
    ["in chunks of which the last is smaller", 7, 3 * V + 5],
    ["row by row where a row is too much", 3, 5],
  ])("agrees with float64, forward and backward, %s", async (_, m, mostLogits) => {
    const { given, ids } = inputs(m);
    for (const part of ["logprob", "entropy"] as const)
      await expectEverywhere(
        (hidden, w) => headLogprob(hidden, w, ints(ids), { mostLogits, frozen: false })[part],
        (hidden, w) => reference(hidden, w, ids)[part],
        given,
      );
  });

  it("sends nothing to a frozen matrix, and the same to the hidden states", async () => {
    await useImplementation("WASM kernels");
    const { given, ids } = inputs(7);
    const [hidden, w] = given.map(toTensor);
    const by = (frozen: boolean) =>
      tf.grad((x: tf.Tensor) => {
        const { logprob, entropy } = headLogprob(x, w!, ints(ids), { mostLogits: 2 * V, frozen });
        return tf.add(logprob, tf.mul(entropy, 0.3));
      })(hidden!);
    expect(by(true).dataSync()).toEqual(by(false).dataSync());
  });

  it("never holds more logits than it may, and leaves only its two results behind", async () => {
    await useImplementation("WASM kernels");
    const { given, ids } = inputs(16);
    const [hidden, w, tokens] = [...given.map(toTensor), ints(ids)];
    const output = vi.spyOn(activeKernels()!, "output");
    const before = tf.memory().numTensors;
    const options = { mostLogits: 3 * V, frozen: false };
    const { logprob, entropy } = headLogprob(hidden, w!, tokens!, options);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([logprob, entropy]);
    const sum = (x: tf.Tensor) => tf.sum(headLogprob(x, w!, tokens!, options).logprob);
    tf.dispose(tf.grad(sum)(hidden));
    expect(tf.memory().numTensors).toBe(before);
    const wide = output.mock.calls.map(([shape]) => shape).filter(([, columns]) => columns === V);
    expect(wide.length).toBeGreaterThan(0);
    for (const [rows] of wide) expect(rows).toBeLessThanOrEqual(3);
    output.mockRestore();
  });
});
