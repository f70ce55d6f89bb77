import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { factorOf, innerParts, innerWidth, type InnerPart, type LowRank } from "../../weights/lowRank.ts";
import { defineGradient, type MatrixGradient } from "../../products/gradient.ts";
import type { ProductVariant } from "../../kernelVariants/variants.ts";
import type { ProjectionPart } from "../backProject/backProject.ts";

/**
 * Accumulates the gradients of the LoRA factors of a layer: of A [K, R], the transposed input [M, K] times the gradient of the
 * inner vectors; of B [R, N], the transposed inner vectors times the gradient of the output. With `norm`, the input is first
 * normed with the `scales` of the lines and the norm's weights, and the inner vectors are multiplied by `scales`.
 */
export function factorGradient(
  layer: LayerWeights,
  lowRank: LowRank,
  projections: readonly ProjectionPart[],
  norm: string | null,
  variant: ProductVariant,
): Kernel {
  const parts = innerParts(
    lowRank,
    projections.map(({ part }) => part),
  );
  const adapted = projections.filter(({ part }) => parts.some((each) => each.part === part));
  const gradients = [...new Set(adapted.map(({ gradient }) => gradient))];
  const width = innerWidth(parts);
  const matrices = parts.flatMap((part, i) => {
    const projection = adapted[i] as ProjectionPart; // in the same order
    return [
      gradientOfA(layer, lowRank, part, width, norm),
      gradientOfB(lowRank, part, width, projection, norm !== null),
    ];
  });
  return defineGradient(
    `factorGradient of ${parts.map(({ part }) => part).join(", ")}`,
    {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      ...(norm === null ? {} : { scales: read("array<f32>"), layer: read(layer.type) }),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      inner: read("array<vec4f>"),
      innerGradient: read("array<vec4f>"),
      gradients: write("array<vec4f>"),
    },
    matrices,
    variant,
  );
}

function gradientOfA(
  layer: LayerWeights,
  lowRank: LowRank,
  { part, rank, start }: InnerPart,
  width: number,
  norm: string | null,
): MatrixGradient {
  const { offset, inputs } = factorOf(lowRank, part, "A");
  const scale = (line: string): string => (norm === null ? "" : ` * scales[${line}]`);
  const weight = (row: string): string =>
    norm === null ? "" : ` * ${layer.vector(`${layer.offset(norm)}u + ${row} / 4u`)}[${row} % 4u]`;
  return {
    rows: inputs / 4,
    columns: rank / 4,
    input: (line, row) => `input[${line} * ${inputs / 4}u + ${row}]${scale(line)}`,
    gradient: (line, column) => `innerGradient[${line} * ${width / 4}u + ${start / 4}u + ${column}]`,
    store: (row, column, sum) =>
      `gradients[${offset / 4}u + ${row} * ${rank / 4}u + ${column}] += ${sum}${weight(row)};`,
  };
}

function gradientOfB(
  lowRank: LowRank,
  { part, rank, start }: InnerPart,
  width: number,
  { gradient, column: first, stride }: ProjectionPart,
  normed: boolean,
): MatrixGradient {
  const { offset, outputs } = factorOf(lowRank, part, "B");
  const scale = (line: string): string => (normed ? ` * scales[${line}]` : "");
  return {
    rows: rank / 4,
    columns: outputs / 4,
    input: (line, row) => `inner[${line} * ${width / 4}u + ${start / 4}u + ${row}]${scale(line)}`,
    gradient: (line, column) => `${gradient}[${line} * ${stride / 4}u + ${first / 4}u + ${column}]`,
    store: (row, column, sum) =>
      `gradients[${offset / 4}u + ${row} * ${outputs / 4}u + ${column}] += ${sum};`,
  };
}
