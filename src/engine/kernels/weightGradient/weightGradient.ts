import { defineKernel, read, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";
import type { ProjectionPart } from "../backProject/backProject.ts";

/**
 * Adds to the gradients of matrices [K, N] of a layer what a batch gives: input [M, K] transposed times the gradients of
 * their outputs. With `norm` the input is first scaled as RMSNorm does, by each line's `scales` and the norm's weights.
 * One invocation: four by four entries of a matrix.
 */
export function weightGradient(
  layer: LayerLayout,
  parts: readonly ProjectionPart[],
  norm: string | null = null,
): Kernel {
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  const sizes = parts.map(({ part }) => (layer.get(part)?.size ?? 0) / 16);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return defineKernel({
    name: `weightGradient of ${parts.map(({ part }) => part).join(", ")}`,
    bindings: {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      ...(norm === null ? {} : { scales: read("array<f32>"), layer: read("array<vec4f>") }),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      gradients: write("array<vec4f>"),
    },
    invocations: () => total,
    declarations: BATCH_WGSL,
    body: parts.map((part, i) => block(layer, part, norm, starts[i] ?? 0, sizes[i] ?? 0)).join(""),
  });
}

/** WGSL for the invocations of one matrix. */
function block(
  layer: LayerLayout,
  { part, gradient, column, stride }: ProjectionPart,
  norm: string | null,
  start: number,
  size: number,
): string {
  const [outputs = 0, inputs = 0] = layer.get(part)?.shape ?? [];
  const scaled = norm === null ? "" : " * scales[line]";
  return `
  if (id >= ${start}u && id < ${start + size}u) {
    let row = (id - ${start}u) / ${outputs / 4}u;
    let column = (id - ${start}u) % ${outputs / 4}u;
    ${unroll(4, (k) => `var sum${k} = vec4f();`)}
    for (var line = 0u; line < batch.count; line++) {
      let value = input[line * ${inputs / 4}u + row]${scaled};
      let slope = ${gradient}[line * ${stride / 4}u + ${column / 4}u + column];
      ${unroll(4, (k) => `sum${k} += value[${k}] * slope;`)}
    }
    ${norm === null ? "let weights = vec4f(1.0);" : `let weights = layer[${vectorOffset(layer, norm)}u + row];`}
    let at = ${vectorOffset(layer, part)}u + row * ${outputs}u + column;
    ${unroll(4, (k) => `gradients[at + ${(k * outputs) / 4}u] += sum${k} * weights[${k}];`)}
  }`;
}
