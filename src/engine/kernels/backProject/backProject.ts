import { read, uniform, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { weightsByOutput, type Term } from "../../products/product.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../variants.ts";

/** A matrix of the layer, and the columns of a gradient that belong to its outputs. */
export interface ProjectionPart {
  readonly part: string;
  /** Which of the gradients. */
  readonly gradient: string;
  /** First column, of `stride` in a line. */
  readonly column: number;
  readonly stride: number;
}

/** Gradient of the input [M, K] of projections with matrices [K, N], from those of their outputs, added up. */
export function backProject(
  layer: LayerLayout,
  parts: readonly ProjectionPart[],
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  const inputs = layer.get(parts[0]?.part ?? "")?.shape[1] ?? 0;
  const product = {
    name: `backProject of ${parts.map(({ part }) => part).join(", ")}`,
    bindings: {
      batch: uniform("Batch"),
      layer: read("array<vec4f>"),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      inputGradient: write("array<vec4f>"),
    },
    columns: inputs / 4,
    terms: parts.map((part) => termOf(layer, part, inputs)),
    store: (line: string, column: string, [sum = ""]: readonly string[]): string =>
      `inputGradient[${line} * ${inputs / 4}u + ${column}] = ${sum};`,
  };
  return defineProduct(product, variant);
}

/** One projection's share: the inputs of its matrix are what the gradients sum up to. */
function termOf(
  layer: LayerLayout,
  { part, gradient, column, stride }: ProjectionPart,
  inputs: number,
): Term {
  const outputs = layer.get(part)?.shape[0] ?? 0;
  return {
    vectors: outputs / 4,
    input: { buffer: gradient, stride: stride / 4, offset: column / 4 },
    weights: [weightsByOutput("layer", vectorOffset(layer, part), outputs, inputs)],
  };
}
