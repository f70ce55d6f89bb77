import { at } from "../../../math/at.ts";
import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { factorBackward, innerParts, innerWidth, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import type { Term } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/** A matrix of the layer and the columns of a gradient that belong to its outputs. */
export interface ProjectionPart {
  readonly part: string;
  /** Name of the gradient. */
  readonly gradient: string;
  /** First column; `stride` is the width of a line. */
  readonly column: number;
  readonly stride: number;
}

/**
 * Gradient of the common input [M, K] of projections with matrices [K, N]: the sum over the gradients of their outputs and,
 * with `lowRank`, of the inner vectors.
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
  const inputs = layer.sizeOf(at(parts, 0).part).inputs;
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

/** The term of one projection. */
function termOf(layer: LayerWeights, { part, gradient, column, stride }: ProjectionPart): Term {
  return {
    vectors: layer.sizeOf(part).outputs / 4,
    input: { buffer: gradient, stride: stride / 4, offset: column / 4 },
    weights: [layer.backward(part)],
  };
}

/** The terms of the factors A of an adapter. */
function addedTerms(lowRank: LowRank | null, parts: readonly string[]): Term[] {
  const inner = innerParts(lowRank, parts);
  return inner.map(({ part, rank, start }) => ({
    vectors: rank / 4,
    input: { buffer: "innerGradient", stride: innerWidth(inner) / 4, offset: start / 4 },
    weights: [lowRank && factorBackward(lowRank, part, "A")],
  }));
}
