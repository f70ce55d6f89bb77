import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";

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
 * Gradient of the input [M, K] of projections with matrices [K, N], from those of their outputs, added up.
 * One invocation: a tile of lines, four columns.
 */
export function backProject(layer: LayerLayout, parts: readonly ProjectionPart[]): Kernel {
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  const inputs = layer.get(parts[0]?.part ?? "")?.shape[1] ?? 0;
  return defineKernel({
    name: `backProject of ${parts.map(({ part }) => part).join(", ")}`,
    bindings: {
      batch: uniform("Batch"),
      layer: read("array<vec4f>"),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      inputGradient: write("array<vec4f>"),
    },
    invocations: (lines) => (tiles(lines) * inputs) / 4,
    declarations: BATCH_WGSL,
    body: `
  let first = id / ${inputs / 4}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let column = id % ${inputs / 4}u;
  ${unroll(TILE, (r) => `var sum${r} = vec4f();`)}
  ${parts.map((part) => accumulate(layer, part)).join("")}
  ${unroll(TILE, (r) => `inputGradient[(first + ${r}u) * ${inputs / 4}u + column] = sum${r};`)}`,
  });
}

/** WGSL that adds one projection's share; the rows of a matrix [K, N] are its columns as seen from the outputs. */
function accumulate(layer: LayerLayout, { part, gradient, column, stride }: ProjectionPart): string {
  const outputs = layer.get(part)?.shape[0] ?? 0;
  const start = vectorOffset(layer, part);
  return `
  for (var i = 0u; i < ${outputs / 4}u; i++) {
    let at = ${start}u + column * ${outputs}u + i;
    let weights = mat4x4f(${unroll(4, (k) => `layer[at + ${(k * outputs) / 4}u]`, ", ")});
    ${unroll(TILE, (r) => `sum${r} += ${gradient}[(first + ${r}u) * ${stride / 4}u + ${column / 4}u + i] * weights;`)}
  }`;
}
