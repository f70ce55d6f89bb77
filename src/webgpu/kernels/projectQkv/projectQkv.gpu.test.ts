import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  floats,
  ODD_SHAPE,
  oddLayer,
  runKernel,
  settingsFor,
  statesOf,
  TOLERANCE,
} from "../../fixture.ts";
import { plainLayer } from "../../weights/layerWeights.ts";
import { ropeTable } from "../../layout/ropeTable.ts";
import { SMALL_PRODUCTS } from "../../products/fixture.ts";
import { nameOf, PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";
import { projectQkv } from "./projectQkv.ts";
import { projectQkvReference } from "./fixture.ts";

describeOnGpu("projectQkv", (gpu) => {
  interface Case {
    qkvBias: boolean;
    variant: ProductVariant;
  }
  const cases = SMALL_PRODUCTS.map((variant): Case => ({ qkvBias: true, variant }));
  cases.push({ qkvBias: false, variant: PLAIN_PRODUCT });
  const named = cases.map((each) => ({ ...each, name: nameOf(each.variant) }));
  test.each(named)("agrees with float64 in $name (bias: $qkvBias)", async ({ qkvBias, variant }) => {
    const shape = { ...ODD_SHAPE, qkvBias };
    const { width, heads, kvHeads, headDim, maxPositions } = shape;
    const { layout, block, weights } = oddLayer();
    const used = new Map([...weights].filter(([part]) => qkvBias || !part.endsWith("bias")));
    const positions = [5, 0, 31, 2, 7];
    const places = [3, 1, 0, 4, 6]; // entry 2 and 5 of the cache stay empty
    const x = normals(1, [5, width]).data;
    const { queries, cache } = await runKernel(gpu(), projectQkv(shape, plainLayer(layout), variant), 5, {
      batch: settingsFor(5),
      rows: statesOf(positions.map((position, i) => ({ position, write: places[i]! }))),
      x: floats(x, 8 * width),
      layer: block,
      rope: ropeTable(maxPositions, shape),
      queries: new Float32Array(8 * heads * headDim),
      cache: new Float32Array(7 * 2 * kvHeads * headDim),
    });
    const expected = projectQkvReference(x, used, positions, shape);
    expectClose("queries", queries!, floats(expected.queries, queries!.length), TOLERANCE);
    const entry = kvHeads * headDim;
    const placed = new Float64Array(7 * 2 * entry);
    for (const [i, place] of places.entries()) {
      placed.set(expected.keys.subarray(i * entry, (i + 1) * entry), place * 2 * entry);
      placed.set(expected.values.subarray(i * entry, (i + 1) * entry), (place * 2 + 1) * entry);
    }
    expectClose("cache", cache!, placed, TOLERANCE);
  });
});
