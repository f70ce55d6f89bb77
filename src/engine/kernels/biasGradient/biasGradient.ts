import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";
import type { ProjectionPart } from "../backProject/backProject.ts";

/**
 * Adds to the gradients of biases what a batch gives: the sum over lines of the outputs' gradients. Parts name the biases.
 * One invocation: four entries.
 */
export function biasGradient(layer: LayerLayout, parts: readonly ProjectionPart[]): Kernel {
  const gradients = [...new Set(parts.map(({ gradient }) => gradient))];
  const sizes = parts.map(({ part }) => (layer.get(part)?.size ?? 0) / 4);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return defineKernel({
    name: "biasGradient",
    bindings: {
      batch: uniform("Batch"),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      gradients: write("array<vec4f>"),
    },
    invocations: () => total,
    declarations: BATCH_WGSL,
    body: parts
      .map(({ part, gradient, column, stride }, i) => {
        const [start, end] = [starts[i] ?? 0, (starts[i] ?? 0) + (sizes[i] ?? 0)];
        return `
  if (id >= ${start}u && id < ${end}u) {
    var sum = vec4f();
    for (var line = 0u; line < batch.count; line++) {
      sum += ${gradient}[line * ${stride / 4}u + ${column / 4}u + id - ${start}u];
    }
    gradients[${vectorOffset(layer, part)}u + id - ${start}u] += sum;
  }`;
      })
      .join(""),
  });
}
