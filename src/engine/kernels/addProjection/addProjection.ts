import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * x [M, N] += input [M, K] times the layer's matrix `part` [K, N]: what attention and MLP add to the residual stream.
 * With `keep` the sum goes to `sum` instead and x is left as it was. One invocation: a tile of lines, four columns.
 */
export function addProjection(layer: LayerLayout, part: string, keep = false): Kernel {
  const [outputs = 0, inputs = 0] = layer.get(part)?.shape ?? [];
  const columns = outputs / 4;
  const store = (at: string, sum: string): string =>
    keep ? `sum[${at}] = x[${at}] + ${sum};` : `x[${at}] += ${sum};`;
  const row = (k: number): string => `layer[at + ${k * columns}u]`;
  return defineKernel({
    name: `addProjection of ${part}`,
    bindings: {
      batch: uniform("Batch"),
      input: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      ...(keep ? { x: read("array<vec4f>"), sum: write("array<vec4f>") } : { x: write("array<vec4f>") }),
    },
    invocations: (lines) => tiles(lines) * columns,
    declarations: BATCH_WGSL,
    body: `
  let first = id / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let column = id % ${columns}u;
  ${unroll(TILE, (r) => `var sum${r} = vec4f();`)}
  for (var i = 0u; i < ${inputs / 4}u; i++) {
    let at = ${vectorOffset(layer, part)}u + i * ${outputs}u + column;
    let weights = mat4x4f(${unroll(4, row, ", ")});
    ${unroll(TILE, (r) => `sum${r} += weights * input[(first + ${r}u) * ${inputs / 4}u + i];`)}
  }
  ${unroll(TILE, (r) => store(`(first + ${r}u) * ${columns}u + column`, `sum${r}`))}`,
  });
}
