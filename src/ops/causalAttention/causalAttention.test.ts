import { describe, expect, it } from "vitest";
import { expectClose, expectEverywhere, normals, toTensor, VALUE_TOLERANCE } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { causalAttention } from "./causalAttention.ts";
import { causalAttentionReference, type Heads } from "./fixture.ts";

function starts(lengths: readonly number[]): Int32Array {
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
  return Int32Array.from([0, ...ends]);
}

/** Random q, k and v for rows of these lengths. */
function inputs(lengths: readonly number[], { heads, kvHeads, headDim }: Heads, scale = 1) {
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  return [
    normals(1, [tokens, heads * headDim], scale),
    normals(2, [tokens, kvHeads * headDim], scale),
    normals(3, [tokens, kvHeads * headDim]),
  ];
}

describe("causalAttention", () => {
  it.each(IMPLEMENTATIONS)("copies the value of a row's first token, %s", async (implementation) => {
    await useImplementation(implementation);
    const [q, k, v] = inputs([1, 2], { heads: 1, kvHeads: 1, headDim: 4 }).map(toTensor);
    const out = causalAttention({
      q: q!,
      k: k!,
      v: v!,
      rowStarts: starts([1, 2]),
      heads: 1,
      kvHeads: 1,
    }).dataSync();
    expectClose("rows 0 and 1", out.slice(0, 8), v!.dataSync().slice(0, 8), VALUE_TOLERANCE);
  });

  // Around the tile of 4 queries x 8 keys and the backward pass's block of 48 queries.
  it.each([
    { lengths: [1], heads: 1, kvHeads: 1, headDim: 4 },
    { lengths: [5, 1, 3], heads: 2, kvHeads: 2, headDim: 8 },
    { lengths: [4, 8, 9], heads: 4, kvHeads: 2, headDim: 12 },
    { lengths: [63, 1, 65], heads: 4, kvHeads: 1, headDim: 16 },
    { lengths: [47, 48, 49], heads: 3, kvHeads: 3, headDim: 8 },
    { lengths: [2, 53], heads: 6, kvHeads: 2, headDim: 20 },
  ])(
    "agrees with float64 for rows $lengths, $heads/$kvHeads heads of $headDim",
    async ({ lengths, ...sizes }) => {
      const rowStarts = starts(lengths);
      await expectEverywhere(
        (q, k, v) => causalAttention({ q, k, v, rowStarts, ...sizes }),
        (q, k, v) => causalAttentionReference(q, k, v, rowStarts, sizes),
        inputs(lengths, sizes),
      );
    },
  );

  it.each(IMPLEMENTATIONS)("survives scores beyond +-80, %s", async (implementation) => {
    await useImplementation(implementation);
    const sizes = { heads: 2, kvHeads: 1, headDim: 8 };
    const values = inputs([20], sizes, 9); // scores of standard deviation 9 * 9 = 81
    const [q, k, v] = values.map(toTensor);
    const expected = causalAttentionReference(
      values[0]!.data,
      values[1]!.data,
      values[2]!.data,
      starts([20]),
      sizes,
    );
    const out = causalAttention({ q: q!, k: k!, v: v!, rowStarts: starts([20]), ...sizes });
    // A score of 80 has a rounding error of 80 * 6e-8 = 5e-6, which is the relative error of its exponential.
    expectClose("value", out.dataSync(), expected, 5e-5);
  });

  it("does not let a token see the future or another row, bit for bit", async () => {
    await useImplementation("WASM kernels");
    const sizes = { heads: 2, kvHeads: 1, headDim: 8 };
    const [q, k, v] = inputs([7, 9], sizes);
    const rowStarts = starts([7, 9]);
    const run = () =>
      causalAttention({ q: toTensor(q!), k: toTensor(k!), v: toTensor(v!), rowStarts, ...sizes }).dataSync();
    const before = run();
    k!.data.fill(1e4, 11 * 8); // token 11 is the fifth of the second row
    v!.data.fill(1e4, 11 * 8);
    const after = run();
    expect(after.slice(0, 11 * 16)).toEqual(before.slice(0, 11 * 16));
    expect(after.slice(11 * 16)).not.toEqual(before.slice(11 * 16));
  });

  it("refuses row starts that do not cover the tokens", async () => {
    await useImplementation("WASM kernels");
    const x = tf.zeros([5, 8]);
    const attend =
      (...rowStarts: number[]) =>
      () =>
        causalAttention({ q: x, k: x, v: x, rowStarts: Int32Array.from(rowStarts), heads: 1, kvHeads: 1 });
    expect(attend(0, 3, 4)).toThrow("the starts do not run from 0 to 5");
    expect(attend(0, 3, 3, 5)).toThrow("part 1 has 0 tokens");
  });
});
