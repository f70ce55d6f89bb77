import { test } from "vitest";
import { expectClose, normals } from "../../../kernels/fixture.ts";
import {
  describeOnGpu,
  floats,
  ODD_SHAPE,
  runKernel,
  settingsFor,
  statesOf,
  TOLERANCE,
} from "../../fixture.ts";
import { packHalves, unpackHalves } from "../../halves/fixture.ts";
import { attend } from "./attend.ts";
import { attendReference } from "./reference.ts";

describeOnGpu("attend", (gpu) => {
  test.each([
    [3, 1, "f32"],
    [4, 2, "f32"],
    [4, 2, "f16"],
  ] as const)(
    "agrees with float64 over a shared prefix and own entries (%i heads, %i of keys, cache in %s)",
    async (heads, kvHeads, format) => {
      const shape = { ...ODD_SHAPE, heads, kvHeads };
      const entries = 9;
      const queries = normals(1, [3, heads * shape.headDim], 2).data;
      // What the cache holds: rounding is not the kernel's.
      const held = (data: Float64Array) => (format === "f32" ? data : unpackHalves(packHalves(data)));
      const keys = held(normals(2, [entries, kvHeads * shape.headDim], 2).data);
      const values = held(normals(3, [entries, kvHeads * shape.headDim]).data);
      const entry = kvHeads * shape.headDim;
      const cache = new Float64Array(entries * 2 * entry);
      for (let i = 0; i < entries; i++) {
        cache.set(keys.subarray(i * entry, (i + 1) * entry), i * 2 * entry);
        cache.set(values.subarray(i * entry, (i + 1) * entry), (i * 2 + 1) * entry);
      }
      const { context } = await runKernel(gpu(), attend(shape, false, format), 3, {
        batch: settingsFor(3),
        rows: statesOf([
          { prefixStart: 0, prefixLength: 3, suffixStart: 5, write: 6 },
          { prefixStart: 3, prefixLength: 0, suffixStart: 8, write: 8 },
          { prefixStart: 1, prefixLength: 4, suffixStart: 5, write: 5 },
        ]),
        queries: floats(queries),
        cache: format === "f32" ? floats(cache) : packHalves(cache),
        context: new Float32Array(queries.length),
      });
      const seen = [[0, 1, 2, 5, 6], [8], [1, 2, 3, 4, 5]];
      expectClose("context", context!, attendReference(queries, keys, values, seen, shape), TOLERANCE);
    },
  );
});
