import type { DecoderShape } from "../../decoderShape.ts";
import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * Gradients of gate and up [M, F] from that of the MLP's output [M, D], and once more hidden = silu(gate) * up, which
 * the gradient of the last matrix needs. One invocation: a tile of lines, four columns.
 */
export function gatedBackward({ width, hiddenWidth }: DecoderShape, layer: LayerLayout): Kernel {
  const columns = hiddenWidth / 4;
  return defineKernel({
    name: "gatedBackward",
    bindings: {
      batch: uniform("Batch"),
      layer: read("array<vec4f>"),
      gradient: read("array<vec4f>"),
      gates: read("array<vec4f>"),
      ups: read("array<vec4f>"),
      gateGradient: write("array<vec4f>"),
      upGradient: write("array<vec4f>"),
      hidden: write("array<vec4f>"),
    },
    invocations: (lines) => tiles(lines) * columns,
    declarations: `${BATCH_WGSL}
fn store(at: u32, gradient: vec4f) {
  let gate = gates[at];
  let up = ups[at];
  let sigmoid = 1.0 / (1.0 + exp(-gate));
  gateGradient[at] = gradient * up * sigmoid * (1.0 + gate * (1.0 - sigmoid));
  upGradient[at] = gradient * gate * sigmoid;
  hidden[at] = gate * sigmoid * up;
}`,
    body: `
  let first = id / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let column = id % ${columns}u;
  ${unroll(TILE, (r) => `var sum${r} = vec4f();`)}
  for (var i = 0u; i < ${width / 4}u; i++) {
    let at = ${vectorOffset(layer, "mlp.down_proj.weight")}u + column * ${width}u + i;
    let weights = mat4x4f(${unroll(4, (k) => `layer[at + ${(k * width) / 4}u]`, ", ")});
    ${unroll(TILE, (r) => `sum${r} += gradient[(first + ${r}u) * ${width / 4}u + i] * weights;`)}
  }
  ${unroll(TILE, (r) => `store((first + ${r}u) * ${columns}u + column, sum${r});`)}`,
  });
}
