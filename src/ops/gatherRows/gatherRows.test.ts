import { describe, expect, it } from "vitest";
import { expectEverywhere, indices, normals } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { gatherRows } from "./gatherRows.ts";
import { gatherRowsReference } from "./fixture.ts";

describe("gatherRows", () => {
  it.each(IMPLEMENTATIONS)("adds the gradients of a row that is used twice, %s", async (implementation) => {
    await useImplementation(implementation);
    const ids = tf.tensor1d([2, 0, 2], "int32");
    const weights = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const grad = tf.grad((w: tf.Tensor) => tf.sum(tf.mul(gatherRows(w, ids), weights)))(tf.zeros([4, 2]));
    expect(Array.from(grad.dataSync())).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
  });

  it.each([
    [1, 1, 1],
    [7, 3, 5],
    [64, 65, 63],
    [200, 5, 4],
  ])("agrees with float64 for %i of %i rows of %i", async (m, v, d) => {
    const ids = indices(m, m, v);
    const operation = (w?: tf.Tensor) => gatherRows(w!, tf.tensor1d(ids, "int32"));
    await expectEverywhere(operation, (w) => gatherRowsReference(w, ids, d), [normals(v, [v, d])]);
  });

  it("refuses a row that does not exist", async () => {
    await useImplementation("WASM kernels");
    const gather = (id: number) => () => gatherRows(tf.zeros([4, 2]), tf.tensor1d([1, id], "int32"));
    expect(gather(4)).toThrow("gatherRows: ids: entry 1 is not in 0..3");
    expect(gather(-1)).toThrow("gatherRows: ids: entry 1 is not in 0..3");
  });
});
