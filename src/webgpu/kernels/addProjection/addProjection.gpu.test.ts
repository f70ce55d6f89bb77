import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  floats,
  ODD_SHAPE,
  oddLayer,
  runKernel,
  settingsFor,
  TOLERANCE,
} from "../../fixture.ts";
import { plainLayer } from "../../weights/layerWeights.ts";
import { SMALL_PRODUCTS } from "../../products/fixture.ts";
import { nameOf, PLAIN_PRODUCT } from "../../kernelVariants/variants.ts";
import { addProjection } from "./addProjection.ts";
import { at } from "../../../math/at.ts";
import { productReference } from "../fixture.ts";

describeOnGpu("addProjection", (gpu) => {
  const cases = [
    { part: "self_attn.o_proj.weight", variant: PLAIN_PRODUCT },
    ...SMALL_PRODUCTS.map((variant) => ({ part: "mlp.down_proj.weight", variant })),
  ].map((each) => ({ ...each, name: nameOf(each.variant) }));
  test.each(cases)("agrees with float64 for $part in $name", async ({ part, variant }) => {
    const { layout, block, weights } = oddLayer();
    const inputs = layout.get(part)!.shape[1]!;
    const { width } = ODD_SHAPE;
    const x = normals(1, [5, width]).data;
    const input = normals(2, [5, inputs]).data;
    const added = await runKernel(gpu(), addProjection(plainLayer(layout), part, false, variant), 5, {
      batch: settingsFor(5),
      input: floats(input, 8 * inputs),
      layer: block,
      x: floats(x, 8 * width),
    });
    const expected = addProjectionReference(x, input, weights.get(part)!, inputs);
    expectClose("x", added["x"]!.subarray(0, 5 * width), expected, TOLERANCE);
  });
});

/** x [M, N] plus input [M, K] times the transpose of weight [N, K], in float64. */
function addProjectionReference(
  x: Float64Array,
  input: Float64Array,
  weight: Float64Array,
  inputs: number,
): Float64Array {
  return productReference(input, weight, inputs).map((value, i) => value + at(x, i));
}
