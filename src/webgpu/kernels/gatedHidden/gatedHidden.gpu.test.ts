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
import { nameOf } from "../../kernelVariants/variants.ts";
import { gatedHidden } from "./gatedHidden.ts";
import { at } from "../../../math/at.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { normReference, productReference } from "../fixture.ts";

describeOnGpu("gatedHidden", (gpu) => {
  test.each(SMALL_PRODUCTS.map((variant) => ({ variant, name: nameOf(variant) })))(
    "agrees with float64 in $name",
    async ({ variant }) => {
      const { layout, block, weights } = oddLayer();
      const { width, hiddenWidth } = ODD_SHAPE;
      const x = normals(1, [5, width]).data;
      const { hidden } = await runKernel(
        gpu(),
        gatedHidden(ODD_SHAPE, plainLayer(layout), false, variant),
        5,
        {
          batch: settingsFor(5),
          x: floats(x, 8 * width),
          layer: block,
          hidden: new Float32Array(8 * hiddenWidth),
        },
      );
      const expected = gatedHiddenReference(x, weights, ODD_SHAPE);
      expectClose("hidden", hidden!.subarray(0, 5 * hiddenWidth), expected, TOLERANCE);
    },
  );
});

/** silu(gate) * up of RMSNorm(x), in float64; weights by part of the layer. */
function gatedHiddenReference(
  x: Float64Array,
  weights: ReadonlyMap<string, Float64Array>,
  { width, normEpsilon }: DecoderShape,
): Float64Array {
  const part = (name: string): Float64Array => weights.get(name) ?? new Float64Array();
  const normed = normReference(x, part("post_attention_layernorm.weight"), normEpsilon);
  const up = productReference(normed, part("mlp.up_proj.weight"), width);
  const gate = productReference(normed, part("mlp.gate_proj.weight"), width);
  return gate.map((value, i) => (value / (1 + Math.exp(-value))) * at(up, i));
}
