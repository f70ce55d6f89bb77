import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/** Gradient of the head's normed input [K, D] from that of the logits [K, V]. One invocation: a tile, four columns. */
export function headInputGradient(width: number, vocabulary: number): Kernel {
  const columns = width / 4;
  return defineKernel({
    name: "headInputGradient",
    bindings: {
      batch: uniform("Batch"),
      logits: read("array<f32>"),
      matrix: read("array<vec4f>"),
      inputGradient: write("array<vec4f>"),
    },
    invocations: (lines) => tiles(lines) * columns,
    declarations: BATCH_WGSL,
    body: `
  let first = id / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let column = id % ${columns}u;
  ${unroll(TILE, (r) => `var sum${r} = vec4f();`)}
  for (var token = 0u; token < ${vocabulary}u; token++) {
    let weights = matrix[token * ${columns}u + column];
    ${unroll(TILE, (r) => `sum${r} += logits[(first + ${r}u) * ${vocabulary}u + token] * weights;`)}
  }
  ${unroll(TILE, (r) => `inputGradient[(first + ${r}u) * ${columns}u + column] = sum${r};`)}`,
  });
}

/** Adds to the gradient of the head's matrix [V, D] what a batch gives. One invocation: four entries. */
export function headMatrixGradient(width: number, vocabulary: number): Kernel {
  const columns = width / 4;
  return defineKernel({
    name: "headMatrixGradient",
    bindings: {
      batch: uniform("Batch"),
      logits: read("array<f32>"),
      x: read("array<vec4f>"),
      scales: read("array<f32>"),
      norm: read("array<vec4f>"),
      gradients: write("array<vec4f>"),
    },
    invocations: () => vocabulary * columns,
    declarations: BATCH_WGSL,
    body: `
  if (id >= ${vocabulary * columns}u) { return; }
  let token = id / ${columns}u;
  let column = id % ${columns}u;
  var sum = vec4f();
  for (var line = 0u; line < batch.count; line++) {
    sum += logits[line * ${vocabulary}u + token] * scales[line] * x[line * ${columns}u + column];
  }
  gradients[id] += sum * norm[column];`,
  });
}
