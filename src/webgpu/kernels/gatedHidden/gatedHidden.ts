import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { factorForward, GATE_UP, innerParts, innerWidth, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import type { Term } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/**
 * hidden [M, F] = silu(gate) * up of RMSNorm(x [M, D]), the norm fused. With `keep` also gate and up [M, F], for the backward
 * pass. The adapter's products of `inner` are scaled by the norm at the end like the others.
 */
export function gatedHidden(
  { width, hiddenWidth, normEpsilon }: DecoderShape,
  layer: LayerWeights,
  keep = false,
  variant: ProductVariant = PLAIN_PRODUCT,
  lowRank: LowRank | null = null,
): Kernel {
  const norm = layer.offset("post_attention_layernorm.weight");
  const added = addedTerms(lowRank);
  const product = {
    name: "gatedHidden",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      layer: read(layer.type),
      hidden: write("array<vec4f>"),
      ...(added.length > 0 ? { adapter: read("array<vec4f>"), inner: read("array<vec4f>") } : {}),
      ...(keep ? { gates: write("array<vec4f>"), ups: write("array<vec4f>") } : {}),
    },
    columns: hiddenWidth / 4,
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "x", stride: width / 4, offset: 0 },
        weights: [layer.forward("mlp.gate_proj.weight"), layer.forward("mlp.up_proj.weight")],
      },
      ...added,
    ],
    norm: { weight: (i: string) => layer.vector(`${norm}u + ${i}`), width, epsilon: normEpsilon },
    store: (line: string, column: string, [gate = "", up = ""]: readonly string[]): string => `
      let at = ${line} * ${hiddenWidth / 4}u + ${column};
      let gate = ${gate};
      let up = ${up};
      hidden[at] = gate / (1.0 + exp(-gate)) * up;
      ${keep ? "gates[at] = gate; ups[at] = up;" : ""}`,
  };
  return defineProduct(product, variant);
}

/** The terms of an adapter of either matrix. */
function addedTerms(lowRank: LowRank | null): Term[] {
  const parts = innerParts(lowRank, GATE_UP);
  return parts.map(({ part, rank, start }) => {
    const own = lowRank && factorForward(lowRank, part, "B");
    return {
      vectors: rank / 4,
      input: { buffer: "inner", stride: innerWidth(parts) / 4, offset: start / 4 },
      weights: GATE_UP.map((each) => (each === part ? own : null)),
      plain: true,
    };
  });
}
