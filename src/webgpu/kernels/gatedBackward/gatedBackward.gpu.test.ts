import { test } from "vitest";
import { expectation, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  expectGradient,
  floats,
  ODD_SHAPE,
  oddLayer,
  runKernel,
  settingsFor,
} from "../../fixture.ts";
import { plainLayer } from "../../weights/layerWeights.ts";
import { SMALL_PRODUCTS } from "../../products/fixture.ts";
import { nameOf } from "../../kernelVariants/variants.ts";
import { gatedBackward } from "./gatedBackward.ts";
import { at } from "../../../math/at.ts";
import { productReference } from "../fixture.ts";

describeOnGpu("gatedBackward", (gpu) => {
  test.each(SMALL_PRODUCTS.map((variant) => ({ variant, name: nameOf(variant) })))(
    "agrees with finite differences in $name",
    async ({ variant }) => {
      const { layout, block, weights } = oddLayer();
      const { width, hiddenWidth } = ODD_SHAPE;
      const inputs = [normals(1, [5, hiddenWidth]), normals(2, [5, hiddenWidth])];
      const down = weights.get("mlp.down_proj.weight")!;
      const expected = expectation(
        (gates, ups) => gatedOutputReference(gates, ups, down, hiddenWidth),
        inputs,
      );
      const size = 8 * hiddenWidth;
      const written = await runKernel(gpu(), gatedBackward(ODD_SHAPE, plainLayer(layout), variant), 5, {
        batch: settingsFor(5),
        layer: block,
        gradient: floats(expected.weights.data, 8 * width),
        gates: floats(inputs[0]!.data, size),
        ups: floats(inputs[1]!.data, size),
        hidden: new Float32Array(size),
      });
      expectGradient("gate", written["gates"]!, expected, 0);
      expectGradient("up", written["ups"]!, expected, 1);
    },
  );
});

/** Output [M, D] of the MLP from gate and up [M, F] and its last matrix [D, F], in float64. */
function gatedOutputReference(
  gates: Float64Array,
  ups: Float64Array,
  down: Float64Array,
  hiddenWidth: number,
): Float64Array {
  const hidden = gates.map((gate, i) => (gate / (1 + Math.exp(-gate))) * at(ups, i));
  return productReference(hidden, down, hiddenWidth);
}
