import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, floats, ODD_SHAPE, runKernel, settingsFor, TOLERANCE } from "../../fixture.ts";
import { SMALL_PRODUCTS } from "../../products/fixture.ts";
import { nameOf } from "../../kernelVariants/variants.ts";
import { head } from "./head.ts";
import { normReference, productReference } from "../fixture.ts";

describeOnGpu("head", (gpu) => {
  test.each(SMALL_PRODUCTS.map((variant) => ({ variant, name: nameOf(variant) })))(
    "agrees with float64 in $name",
    async ({ variant }) => {
      const { width, vocabulary, normEpsilon } = ODD_SHAPE;
      const x = normals(1, [5, width]).data;
      const norm = normals(2, [width]).data;
      const matrix = normals(3, [vocabulary, width]).data;
      const { logits } = await runKernel(gpu(), head(ODD_SHAPE, variant), 5, {
        batch: settingsFor(5),
        x: floats(x, 8 * width),
        norm: floats(norm),
        matrix: floats(matrix),
        logits: new Float32Array(8 * vocabulary),
      });
      const expected = headReference(x, norm, matrix, normEpsilon);
      expectClose("logits", logits!.subarray(0, 5 * vocabulary), expected, TOLERANCE);
    },
  );
});

/** RMSNorm(x) times the transpose of matrix [V, D], in float64. */
function headReference(
  x: Float64Array,
  norm: Float64Array,
  matrix: Float64Array,
  epsilon: number,
): Float64Array {
  return productReference(normReference(x, norm, epsilon), matrix, norm.length);
}
