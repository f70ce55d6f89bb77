import { describe, expect, it } from "vitest";
import { expectEverywhere, indices, normals } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { rotateReference } from "./fixture.ts";
import { ropeTable, rotate } from "./rotate.ts";

const rotary = (headDim: number) => ({ headDim, ropeTheta: 10_000, ropeScaling: null });

describe("rotate", () => {
  it.each(IMPLEMENTATIONS)("turns component i with component i + hd/2, %s", async (implementation) => {
    await useImplementation(implementation);
    const table = ropeTable(2, rotary(4));
    const y = rotate(tf.tensor2d([1, 0, 0, 1], [1, 4]), tf.tensor1d([1], "int32"), table).dataSync();
    // Angles 1 and 0.01: (1, 0) turns to (cos 1, sin 1); (0, 1) to (-sin 0.01, cos 0.01).
    [Math.cos(1), -Math.sin(0.01), Math.sin(1), Math.cos(0.01)].forEach((wanted, i) =>
      expect(y[i]).toBeCloseTo(wanted, 6),
    );
  });

  it.each([
    [1, 1, 8],
    [5, 2, 4],
    [4, 3, 12],
    [63, 4, 16],
    [65, 1, 20],
  ])("agrees with float64 for %i tokens, %i heads of %i", async (m, heads, headDim) => {
    const positions = indices(m, m, 300);
    const operation = (x?: tf.Tensor) =>
      rotate(x!, tf.tensor1d(positions, "int32"), ropeTable(300, rotary(headDim)));
    const reference = (x: Float64Array) => rotateReference(x, positions, headDim, 10000);
    await expectEverywhere(operation, reference, [normals(heads, [m, heads * headDim])]);
  });

  it("refuses a position beyond the table", async () => {
    await useImplementation("WASM kernels");
    const positions = tf.tensor1d([0, 8], "int32");
    expect(() => rotate(tf.zeros([2, 8]), positions, ropeTable(8, rotary(8)))).toThrow(
      "rotate: positions: entry 1 is not in 0..7",
    );
  });
});
