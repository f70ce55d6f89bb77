import type { DecoderShape } from "../../decoderShape.ts";
import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/**
 * hidden [M, F] = silu(gate) * up of RMSNorm(x [M, D]), the norm folded in as in `projectQkv`.
 * With `keep` also gate and up [M, F], which the backward pass wants. One invocation: a tile of lines, four columns.
 */
export function gatedHidden(shape: DecoderShape, layer: LayerLayout, keep = false): Kernel {
  return defineKernel({
    name: "gatedHidden",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      hidden: write("array<vec4f>"),
      ...(keep ? { gates: write("array<vec4f>"), ups: write("array<vec4f>") } : {}),
    },
    invocations: (lines) => (tiles(lines) * shape.hiddenWidth) / 4,
    declarations: BATCH_WGSL,
    body: body(shape, layer, keep),
  });
}

function body({ width, hiddenWidth, normEpsilon }: DecoderShape, layer: LayerLayout, keep: boolean): string {
  const columns = hiddenWidth / 4;
  const matrix = (part: string): string => {
    const start = vectorOffset(layer, `mlp.${part}.weight`);
    return `mat4x4f(${unroll(4, (k) => `layer[at + ${start + k * columns}u]`, ", ")})`;
  };
  return `
  let first = id / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let column = id % ${columns}u;
  ${unroll(TILE, (r) => `var gate${r} = vec4f(); var up${r} = vec4f(); var squares${r} = 0.0;`)}
  for (var i = 0u; i < ${width / 4}u; i++) {
    let norm = layer[${vectorOffset(layer, "post_attention_layernorm.weight")}u + i];
    let at = i * ${hiddenWidth}u + column;
    let gateWeights = ${matrix("gate_proj")};
    let upWeights = ${matrix("up_proj")};
    ${unroll(
      TILE,
      (r) => `{
      let value = x[(first + ${r}u) * ${width / 4}u + i];
      squares${r} += dot(value, value);
      gate${r} += gateWeights * (value * norm);
      up${r} += upWeights * (value * norm);
    }`,
    )}
  }
  ${unroll(
    TILE,
    (r) => `{
    let scale = inverseSqrt(squares${r} / ${width}.0 + ${normEpsilon});
    let gate = gate${r} * scale;
    let up = up${r} * scale;
    let at = (first + ${r}u) * ${columns}u + column;
    hidden[at] = gate / (1.0 + exp(-gate)) * up;
    ${keep ? "gates[at] = gate; ups[at] = up;" : ""}
  }`,
  )}`;
}
