import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * Adds to the gradient of RMSNorm's weights [D], which starts at vector `offset` of what is bound, what a batch gives.
 * One invocation: four entries.
 */
export function normGradient(width: number, offset: number): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "normGradient",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      scales: read("array<f32>"),
      gradient: read("array<vec4f>"),
      gradients: write("array<vec4f>"),
    },
    invocations: () => vectors,
    declarations: BATCH_WGSL,
    body: `
  if (id >= ${vectors}u) { return; }
  var sum = vec4f();
  for (var line = 0u; line < batch.count; line++) {
    sum += gradient[line * ${vectors}u + id] * x[line * ${vectors}u + id] * scales[line];
  }
  gradients[${offset}u + id] += sum;`,
  });
}
