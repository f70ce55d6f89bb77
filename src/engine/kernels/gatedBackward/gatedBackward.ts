import type { DecoderShape } from "../../decoderShape.ts";
import { read, uniform, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { weightsByOutput } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../variants.ts";

/**
 * Gradients of gate and up [M, F] from that of the MLP's output [M, D], and once more hidden = silu(gate) * up, which
 * the gradient of the last matrix needs.
 */
export function gatedBackward(
  { width, hiddenWidth }: DecoderShape,
  layer: LayerLayout,
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const columns = hiddenWidth / 4;
  const start = vectorOffset(layer, "mlp.down_proj.weight");
  const product = {
    name: "gatedBackward",
    bindings: {
      batch: uniform("Batch"),
      layer: read("array<vec4f>"),
      gradient: read("array<vec4f>"),
      gates: read("array<vec4f>"),
      ups: read("array<vec4f>"),
      gateGradient: write("array<vec4f>"),
      upGradient: write("array<vec4f>"),
      hidden: write("array<vec4f>"),
    },
    declarations: STORE,
    columns,
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "gradient", stride: width / 4, offset: 0 },
        weights: [weightsByOutput("layer", start, width, hiddenWidth)],
      },
    ],
    store: (line: string, column: string, [sum = ""]: readonly string[]): string =>
      `store(${line} * ${columns}u + ${column}, ${sum});`,
  };
  return defineProduct(product, variant);
}

/** WGSL: what becomes of the gradient of a vector of the hidden layer. */
const STORE = `
fn store(at: u32, gradient: vec4f) {
  let gate = gates[at];
  let up = ups[at];
  let sigmoid = 1.0 / (1.0 + exp(-gate));
  gateGradient[at] = gradient * up * sigmoid * (1.0 + gate * (1.0 - sigmoid));
  upGradient[at] = gradient * gate * sigmoid;
  hidden[at] = gate * sigmoid * up;
}`;
