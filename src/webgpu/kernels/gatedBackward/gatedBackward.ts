import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { DOWN, factorBackward, innerParts, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/**
 * Gradients of gate and up [M, F], in place, from that of the MLP's output [M, D]; also recomputes
 * hidden = silu(gate) * up for the gradient of the down projection. With `lowRank` of that projection, its inner vectors'
 * gradient is another input.
 */
export function gatedBackward(
  { width, hiddenWidth }: DecoderShape,
  layer: LayerWeights,
  variant: ProductVariant = PLAIN_PRODUCT,
  lowRank: LowRank | null = null,
): Kernel {
  const columns = hiddenWidth / 4;
  const added = innerParts(lowRank, [DOWN]).map(({ rank }) => ({
    vectors: rank / 4,
    input: { buffer: "innerGradient", stride: rank / 4, offset: 0 },
    weights: [lowRank && factorBackward(lowRank, DOWN, "A")],
  }));
  const product = {
    name: "gatedBackward",
    bindings: {
      batch: uniform("Batch"),
      layer: read(layer.type),
      gradient: read("array<vec4f>"),
      gates: write("array<vec4f>"),
      ups: write("array<vec4f>"),
      hidden: write("array<vec4f>"),
      ...(added.length > 0 ? { adapter: read("array<vec4f>"), innerGradient: read("array<vec4f>") } : {}),
    },
    declarations: STORE,
    columns,
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "gradient", stride: width / 4, offset: 0 },
        weights: [layer.backward(DOWN)],
      },
      ...added,
    ],
    store: (line: string, column: string, [sum = ""]: readonly string[]): string =>
      `store(${line} * ${columns}u + ${column}, ${sum});`,
  };
  return defineProduct(product, variant);
}

/** WGSL that stores the results for the gradient of a vector of the hidden layer. */
const STORE = `
fn store(at: u32, gradient: vec4f) {
  let gate = gates[at];
  let up = ups[at];
  let sigmoid = 1.0 / (1.0 + exp(-gate));
  gates[at] = gradient * up * sigmoid * (1.0 + gate * (1.0 - sigmoid));
  ups[at] = gradient * gate * sigmoid;
  hidden[at] = gate * sigmoid * up;
}`;
