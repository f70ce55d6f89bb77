import type { DecoderShape } from "../../decoderShape.ts";
import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * logits [M, V] = RMSNorm(x [M, D]) times the transpose of matrix [V, D], the norm folded in as in `projectQkv`.
 * One invocation: a tile of lines, one token of the vocabulary.
 */
export function head({ width, vocabulary, normEpsilon }: DecoderShape): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "head",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      norm: read("array<vec4f>"),
      matrix: read("array<vec4f>"),
      logits: write("array<f32>"),
    },
    invocations: (lines) => tiles(lines) * vocabulary,
    declarations: BATCH_WGSL,
    body: `
  let first = id / ${vocabulary}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let token = id % ${vocabulary}u;
  ${unroll(TILE, (r) => `var sum${r} = 0.0; var squares${r} = 0.0;`)}
  for (var i = 0u; i < ${vectors}u; i++) {
    let weight = matrix[token * ${vectors}u + i] * norm[i];
    ${unroll(
      TILE,
      (r) => `{
      let value = x[(first + ${r}u) * ${vectors}u + i];
      squares${r} += dot(value, value);
      sum${r} += dot(value, weight);
    }`,
    )}
  }
  ${unroll(
    TILE,
    (r) => `logits[(first + ${r}u) * ${vocabulary}u + token] =
    sum${r} * inverseSqrt(squares${r} / ${width}.0 + ${normEpsilon});`,
  )}`,
  });
}
