import { expect, test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  floats,
  ODD_SHAPE,
  runKernel,
  settingsFor,
  statesOf,
  TOLERANCE,
} from "../../fixture.ts";
import { attend } from "./attend.ts";
import { attendTeams, attendTogether } from "./attendTogether.ts";
import { attendReference } from "./fixture.ts";

describeOnGpu("attend", (gpu) => {
  test.each([
    [3, 1, 1],
    [4, 2, 1],
    [4, 2, 16],
    [3, 1, 32],
  ] as const)(
    "agrees with float64 over a shared prefix and own entries (%i heads, %i of keys, by %i)",
    async (heads, kvHeads, team) => {
      const shape = { ...ODD_SHAPE, heads, kvHeads };
      const entries = 40; // more than a team has members
      const kernel = team === 1 ? attend(shape) : attendTogether(shape, team);
      const queries = normals(1, [3, heads * shape.headDim], 2).data;
      const keys = normals(2, [entries, kvHeads * shape.headDim], 2).data;
      const values = normals(3, [entries, kvHeads * shape.headDim]).data;
      const entry = kvHeads * shape.headDim;
      const cache = new Float64Array(entries * 2 * entry);
      for (let i = 0; i < entries; i++) {
        cache.set(keys.subarray(i * entry, (i + 1) * entry), i * 2 * entry);
        cache.set(values.subarray(i * entry, (i + 1) * entry), (i * 2 + 1) * entry);
      }
      const { context } = await runKernel(gpu(), kernel, 3, {
        batch: settingsFor(3),
        rows: statesOf([
          { prefixStart: 0, prefixLength: 3, suffixStart: 5, write: 6 },
          { prefixStart: 3, prefixLength: 0, suffixStart: 8, write: 8 },
          { prefixStart: 1, prefixLength: 20, suffixStart: 22, write: 39 },
        ]),
        queries: floats(queries),
        cache: floats(cache),
        context: new Float32Array(queries.length),
      });
      const from = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
      const seen = [[0, 1, 2, 5, 6], [8], [...from(1, 20), ...from(22, 18)]];
      expectClose("context", context!, attendReference(queries, keys, values, seen, shape), TOLERANCE);
    },
  );
});

test("lets no more invocations share a head than its sums have room for", () => {
  expect(attendTeams({ headDim: 8 })).toEqual([16, 32, 64]);
  expect(attendTeams({ headDim: 64 })).toEqual([16, 32]);
  expect(attendTeams({ headDim: 60 })).toEqual([16, 32]); // stored as 64
  expect(attendTeams({ headDim: 128 })).toEqual([16]);
  expect(attendTeams({ headDim: 256 })).toEqual([]);
});
