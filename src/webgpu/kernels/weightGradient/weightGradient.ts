import { at } from "../../../math/at.ts";
import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { vectorOffset, type LayerLayout } from "../../layout/parameterLayout.ts";
import { defineGradient, type MatrixGradient } from "../../products/gradient.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";
import type { ProjectionPart } from "../backProject/backProject.ts";

/**
 * Accumulates the gradients of matrices [K, N] of a layer: the transposed input [M, K] times the gradients of their outputs.
 * With `norm`, the input is first normed with the `scales` of the lines and the norm's weights.
 */
export function weightGradient(
  layer: LayerLayout,
  parts: readonly ProjectionPart[],
  norm: string | null = null,
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  return defineGradient(
    `weightGradient of ${parts.map(({ part }) => part).join(", ")}`,
    {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      ...(norm === null ? {} : { scales: read("array<f32>"), layer: read("array<vec4f>") }),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      gradients: write("array<vec4f>"),
    },
    parts.map((part) => matrixGradient(layer, part, norm)),
    variant,
  );
}

function matrixGradient(
  layer: LayerLayout,
  { part, gradient, column: first, stride }: ProjectionPart,
  norm: string | null,
): MatrixGradient {
  const shape = layer.get(part)?.shape;
  if (shape?.length !== 2) throw new Error(`there is no matrix ${part}`);
  const [outputs, inputs] = [at(shape, 0), at(shape, 1)];
  const scale = norm === null ? () => "" : (line: string) => ` * scales[${line}]`;
  const weight =
    norm === null
      ? () => ""
      : (row: string) => ` * layer[${vectorOffset(layer, norm)}u + ${row} / 4u][${row} % 4u]`;
  return {
    rows: inputs / 4,
    columns: outputs / 4,
    input: (line, row) => `input[${line} * ${inputs / 4}u + ${row}]${scale(line)}`,
    gradient: (line, column) => `${gradient}[${line} * ${stride / 4}u + ${first / 4}u + ${column}]`,
    store: (row, column, sum) =>
      `gradients[${vectorOffset(layer, part)}u + ${row} * ${outputs / 4}u + ${column}] += ${sum}${weight(row)};`,
  };
}
