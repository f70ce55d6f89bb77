import { describe, it } from "vitest";
import { causalAttention } from "../causalAttention/causalAttention.ts";
import { expectClose, indices, normals, toTensor, VALUE_TOLERANCE } from "../fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { decodeAttention } from "./decodeAttention.ts";
import { decodeAttentionReference } from "./fixture.ts";

const CASES = [
  { prefixes: [1], rows: 1, suffixLength: 1, heads: 1, kvHeads: 1, headDim: 4 },
  { prefixes: [3, 9], rows: 5, suffixLength: 3, heads: 2, kvHeads: 2, headDim: 8 },
  { prefixes: [7, 8, 1], rows: 11, suffixLength: 5, heads: 4, kvHeads: 2, headDim: 12 },
  { prefixes: [20, 65], rows: 37, suffixLength: 33, heads: 4, kvHeads: 1, headDim: 16 },
];

function randomCase({ prefixes, rows, suffixLength, heads, kvHeads, headDim }: (typeof CASES)[number]) {
  const tokens = prefixes.reduce((sum, length) => sum + length, 0);
  const width = kvHeads * headDim;
  const prefixStarts = Int32Array.from([
    0,
    ...prefixes.map((_, i) => prefixes.slice(0, i + 1).reduce((a, b) => a + b, 0)),
  ]);
  return {
    q: normals(1, [rows, heads * headDim]),
    prefixKeys: normals(2, [tokens, width]),
    prefixValues: normals(3, [tokens, width]),
    suffixKeys: normals(4, [rows, suffixLength, width]),
    suffixValues: normals(5, [rows, suffixLength, width]),
    rowGroup: indices(6, rows, prefixes.length),
    prefixStarts,
    suffixLength,
  };
}

describe("decodeAttention", () => {
  it.each(CASES)(
    "agrees with float64 for prefixes $prefixes, $rows rows, $heads/$kvHeads heads of $headDim",
    async (sizes) => {
      const { q, rowGroup, prefixStarts, suffixLength, ...tensors } = randomCase(sizes);
      const numbers = {
        prefixKeys: tensors.prefixKeys.data,
        prefixValues: tensors.prefixValues.data,
        suffixKeys: tensors.suffixKeys.data,
        suffixValues: tensors.suffixValues.data,
      };
      const expected = decodeAttentionReference(
        q.data,
        { ...numbers, prefixStarts, suffixLength },
        rowGroup,
        sizes,
      );
      for (const implementation of IMPLEMENTATIONS) {
        await useImplementation(implementation);
        const cache = {
          prefixKeys: toTensor(tensors.prefixKeys),
          prefixValues: toTensor(tensors.prefixValues),
          suffixKeys: toTensor(tensors.suffixKeys),
          suffixValues: toTensor(tensors.suffixValues),
          prefixStarts,
        };
        const groups = tf.tensor1d(rowGroup, "int32");
        const out = decodeAttention({ q: toTensor(q), cache, rowGroup: groups, ...sizes });
        expectClose(implementation, out.dataSync(), expected, VALUE_TOLERANCE);
      }
    },
  );

  it.each(IMPLEMENTATIONS)("equals causal attention over the whole row, %s", async (implementation) => {
    await useImplementation(implementation);
    const [q, k, v] = [1, 2, 3].map((seed) => toTensor(normals(seed, [7, 8])));
    const heads = { heads: 1, kvHeads: 1 };
    const rowStarts = Int32Array.from([0, 7]);
    const whole = causalAttention({ q: q!, k: k!, v: v!, rowStarts, ...heads }).slice([6, 0], [1, 8]);
    const cache = {
      prefixKeys: k!.slice([0, 0], [4, 8]),
      prefixValues: v!.slice([0, 0], [4, 8]),
      prefixStarts: Int32Array.from([0, 4]),
      suffixKeys: k!.slice([4, 0], [3, 8]).reshape([1, 3, 8]),
      suffixValues: v!.slice([4, 0], [3, 8]).reshape([1, 3, 8]),
    };
    const rowGroup = tf.tensor1d([0], "int32");
    const step = decodeAttention({ q: q!.slice([6, 0], [1, 8]), cache, rowGroup, ...heads });
    expectClose("step", step.dataSync(), whole.dataSync(), VALUE_TOLERANCE);
  });
});
