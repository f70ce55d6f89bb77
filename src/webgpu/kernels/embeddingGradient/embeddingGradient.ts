import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";

/** One distinct token of the batch; its lines are `lines[start .. end)`. */
const TOKEN_LINES_WGSL = `
struct TokenLines { token: u32, start: u32, end: u32 }`;
export const TOKEN_LINES_WORDS = 3;

/**
 * Accumulates the gradient of the embedding [V, D] from the lines of each token. Lines are sorted by token, so no two
 * invocations write to the same address. `batch.count` is the number of distinct tokens. One invocation: four numbers of a
 * token.
 */
export function embeddingGradient(width: number): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "embeddingGradient",
    bindings: {
      batch: uniform("Batch"),
      tokens: read("array<TokenLines>"),
      lines: read("array<u32>"),
      gradient: read("array<vec4f>"),
      gradients: write("array<vec4f>"),
    },
    invocations: (count) => count * vectors,
    declarations: BATCH_WGSL + TOKEN_LINES_WGSL,
    body: `
  if (id / ${vectors}u >= batch.count) { return; }
  let entry = tokens[id / ${vectors}u];
  let column = id % ${vectors}u;
  var sum = vec4f();
  for (var i = entry.start; i < entry.end; i++) { sum += gradient[lines[i] * ${vectors}u + column]; }
  gradients[entry.token * ${vectors}u + column] += sum;`,
  });
}
