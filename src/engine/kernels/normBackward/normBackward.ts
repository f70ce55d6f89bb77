import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * Gradient of the input [M, D] of RMSNorm from that of its output, plus that of the residual connection if there is one;
 * and each line's scale 1 / rms, which the gradients of weights need. The norm's weights start at vector `offset` of
 * what is bound. One invocation: one line.
 */
export function normBackward(width: number, epsilon: number, offset: number, residual: boolean): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "normBackward",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      weights: read("array<vec4f>"),
      gradient: read("array<vec4f>"),
      ...(residual ? { residual: read("array<vec4f>") } : {}),
      inputGradient: write("array<vec4f>"),
      scales: write("array<f32>"),
    },
    invocations: (lines) => lines,
    declarations: BATCH_WGSL,
    body: `
  if (id >= batch.count) { return; }
  let start = id * ${vectors}u;
  var squares = 0.0;
  var along = 0.0;
  for (var i = 0u; i < ${vectors}u; i++) {
    squares += dot(x[start + i], x[start + i]);
    along += dot(gradient[start + i] * weights[${offset}u + i], x[start + i]);
  }
  let scale = inverseSqrt(squares / ${width}.0 + ${epsilon});
  let back = along * scale * scale * scale / ${width}.0;
  scales[id] = scale;
  for (var i = 0u; i < ${vectors}u; i++) {
    inputGradient[start + i] = ${residual ? "residual[start + i] + " : ""}
      gradient[start + i] * weights[${offset}u + i] * scale - x[start + i] * back;
  }`,
  });
}
