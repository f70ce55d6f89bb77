import { read, uniform, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { weightsByInput } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../variants.ts";

/**
 * x [M, N] += input [M, K] times the layer's matrix `part` [K, N]: what attention and MLP add to the residual stream.
 * With `keep` the sum goes to `sum` instead and x is left as it was.
 */
export function addProjection(
  layer: LayerLayout,
  part: string,
  keep = false,
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const [outputs = 0, inputs = 0] = layer.get(part)?.shape ?? [];
  const product = {
    name: `addProjection of ${part}`,
    bindings: {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      ...(keep ? { x: read("array<vec4f>"), sum: write("array<vec4f>") } : { x: write("array<vec4f>") }),
    },
    columns: outputs / 4,
    terms: [
      {
        vectors: inputs / 4,
        input: { buffer: "input", stride: inputs / 4, offset: 0 },
        weights: [weightsByInput("layer", vectorOffset(layer, part), outputs)],
      },
    ],
    store: (line: string, column: string, [sum = ""]: readonly string[]): string => {
      const at = `let at = ${line} * ${outputs / 4}u + ${column};`;
      return keep ? `${at} sum[at] = x[at] + ${sum};` : `${at} x[at] += ${sum};`;
    },
  };
  return defineProduct(product, variant);
}
