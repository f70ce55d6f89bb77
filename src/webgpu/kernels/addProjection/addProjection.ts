import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { factorForward, innerParts, innerWidth, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { concatColumns, type Weights } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/**
 * x [M, N] += input [M, K] times matrix `part` [K, N] of the layer: the output projections of attention and MLP onto the
 * residual stream. With `keep`, the sum is written to `sum` instead. With `lowRank`, the inner vectors of the same input
 * are computed as additional columns into `inner`; `lowRankInput` adds the adapter's product.
 */
export function addProjection(
  layer: LayerWeights,
  part: string,
  keep = false,
  variant: ProductVariant = PLAIN_PRODUCT,
  lowRank: LowRank | null = null,
): Kernel {
  const { outputs, inputs } = layer.sizeOf(part);
  const rank = innerWidth(innerParts(lowRank, [part]));
  const store = (line: string, column: string, sum: string): string => {
    const at = `let at = ${line} * ${outputs / 4}u + ${column};`;
    return keep ? `${at} sum[at] = x[at] + ${sum};` : `${at} x[at] += ${sum};`;
  };
  const product = {
    name: `addProjection of ${part}`,
    bindings: {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      layer: read(layer.type),
      ...(keep ? { x: read("array<vec4f>"), sum: write("array<vec4f>") } : { x: write("array<vec4f>") }),
      ...(rank > 0 ? { adapter: read("array<vec4f>"), inner: write("array<vec4f>") } : {}),
    },
    columns: (outputs + rank) / 4,
    terms: [
      {
        vectors: inputs / 4,
        input: { buffer: "input", stride: inputs / 4, offset: 0 },
        weights: [withInner(layer, part, rank > 0 ? lowRank : null)],
      },
    ],
    store: (line: string, column: string, [sum = ""]: readonly string[]): string =>
      lowRank !== null && rank > 0
        ? `if (${column} < ${outputs / 4}u) { ${store(line, column, sum)} }
        else { inner[${line} * ${rank / 4}u + ${column} - ${outputs / 4}u] = ${sum} * ${lowRank.scale}; }`
        : store(line, column, sum),
  };
  return defineProduct(product, variant);
}

/** The matrix of the part concatenated with the factor A of its adapter. */
function withInner(layer: LayerWeights, part: string, lowRank: LowRank | null): Weights {
  const own = layer.forward(part);
  if (lowRank === null) return own;
  return concatColumns(own, layer.sizeOf(part).outputs / 4, factorForward(lowRank, part, "A"));
}
