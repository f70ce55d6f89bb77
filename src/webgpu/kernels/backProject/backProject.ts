import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { factorBackward, innerParts, innerWidth, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import type { Term } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/** A matrix of the layer, and the columns of a gradient that belong to its outputs. */
export interface ProjectionPart {
  readonly part: string;
  /** Which of the gradients. */
  readonly gradient: string;
  /** First column, of `stride` in a line. */
  readonly column: number;
  readonly stride: number;
}

/**
 * Gradient of the input [M, K] of projections with matrices [K, N], from those of their outputs, added up; with a `lowRank`
 * also from those of its inner vectors.
 */
export function backProject(
  layer: LayerWeights,
  parts: readonly ProjectionPart[],
  variant: ProductVariant = PLAIN_PRODUCT,
  lowRank: LowRank | null = null,
): Kernel {
  const added = addedTerms(
    lowRank,
    parts.map(({ part }) => part),
  );
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  const inputs = layer.sizeOf(parts[0]?.part ?? "").inputs;
  const product = {
    name: `backProject of ${parts.map(({ part }) => part).join(", ")}`,
    bindings: {
      batch: uniform("Batch"),
      layer: read(layer.type),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      inputGradient: write("array<vec4f>"),
      ...(added.length > 0 ? { adapter: read("array<vec4f>"), innerGradient: read("array<vec4f>") } : {}),
    },
    columns: inputs / 4,
    terms: [...parts.map((part) => termOf(layer, part)), ...added],
    store: (line: string, column: string, [sum = ""]: readonly string[]): string =>
      `inputGradient[${line} * ${inputs / 4}u + ${column}] = ${sum};`,
  };
  return defineProduct(product, variant);
}

/** One projection's share: the inputs of its matrix are what the gradients sum up to. */
function termOf(layer: LayerWeights, { part, gradient, column, stride }: ProjectionPart): Term {
  return {
    vectors: layer.sizeOf(part).outputs / 4,
    input: { buffer: gradient, stride: stride / 4, offset: column / 4 },
    weights: [layer.backward(part)],
  };
}

/** What the factors A of an adapter send back. */
function addedTerms(lowRank: LowRank | null, parts: readonly string[]): Term[] {
  const inner = innerParts(lowRank, parts);
  return inner.map(({ part, rank, start }) => ({
    vectors: rank / 4,
    input: { buffer: "innerGradient", stride: innerWidth(inner) / 4, offset: start / 4 },
    weights: [lowRank && factorBackward(lowRank, part, "A")],
  }));
}
