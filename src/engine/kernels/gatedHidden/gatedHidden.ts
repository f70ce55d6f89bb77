import type { DecoderShape } from "../../decoderShape.ts";
import { read, uniform, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { weightsByInput, type Weights } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../variants.ts";

/**
 * hidden [M, F] = silu(gate) * up of RMSNorm(x [M, D]), the norm folded in.
 * With `keep` also gate and up [M, F], which the backward pass wants.
 */
export function gatedHidden(
  { width, hiddenWidth, normEpsilon }: DecoderShape,
  layer: LayerLayout,
  keep = false,
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const norm = vectorOffset(layer, "post_attention_layernorm.weight");
  const matrix = (part: string): Weights =>
    weightsByInput("layer", vectorOffset(layer, `mlp.${part}.weight`), hiddenWidth);
  const product = {
    name: "gatedHidden",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      hidden: write("array<vec4f>"),
      ...(keep ? { gates: write("array<vec4f>"), ups: write("array<vec4f>") } : {}),
    },
    columns: hiddenWidth / 4,
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "x", stride: width / 4, offset: 0 },
        weights: [matrix("gate_proj"), matrix("up_proj")],
      },
    ],
    norm: { weight: (i: string) => `layer[${norm}u + ${i}]`, width, epsilon: normEpsilon },
    store: (line: string, column: string, [gate = "", up = ""]: readonly string[]): string => `
      let at = ${line} * ${hiddenWidth / 4}u + ${column};
      let gate = ${gate};
      let up = ${up};
      hidden[at] = gate / (1.0 + exp(-gate)) * up;
      ${keep ? "gates[at] = gate; ups[at] = up;" : ""}`,
  };
  return defineProduct(product, variant);
}
