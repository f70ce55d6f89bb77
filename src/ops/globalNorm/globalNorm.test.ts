import { describe, expect, it } from "vitest";
import { normals, toTensor } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { globalNorm } from "./globalNorm.ts";

describe.each(IMPLEMENTATIONS)("globalNorm, %s", (implementation) => {
  it("takes the norm over all tensors", async () => {
    await useImplementation(implementation);
    expect(await globalNorm([tf.tensor1d([3]), tf.tensor2d([[4], [12]])])).toBeCloseTo(13, 5);
    const values = normals(5, [131]);
    const expected = Math.sqrt(values.data.reduce((sum, value) => sum + value * value, 0));
    expect(await globalNorm([toTensor(values)])).toBeCloseTo(expected, 5);
  });
});
