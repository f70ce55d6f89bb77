import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import { rowTeam, type TeamSize } from "../../recording/rowTeam.ts";

/**
 * Gathers the lines that predict a scored token, the only ones the head reads: normed [K, D] = RMSNorm of lines
 * `predictors` [K] of x. With `value` also their values [K]: normed times `valueWeights` [D] plus `valueBias` [1].
 * One team: one scored line.
 */
export function normScored(
  { width, normEpsilon }: DecoderShape,
  { value = false, team: size = 1 }: { readonly value?: boolean; readonly team?: TeamSize } = {},
): Kernel {
  const vectors = width / 4;
  const team = rowTeam(size);
  return defineKernel({
    name: "normScored",
    bindings: {
      batch: uniform("Batch"),
      predictors: read("array<u32>"),
      x: read("array<vec4f>"),
      norm: read("array<vec4f>"),
      normed: write("array<vec4f>"),
      ...(value
        ? { valueWeights: read("array<vec4f>"), valueBias: read("array<f32>"), values: write("array<f32>") }
        : {}),
    },
    invocations: team.invocations,
    declarations: BATCH_WGSL + team.declarations,
    body: `
  ${team.start}
  if (line >= batch.count) { return; }
  let origin = predictors[line] * ${vectors}u;
  var squares = 0.0;
  var value = 0.0;
  ${team.loop(
    vectors,
    `let part = x[origin + i];
    squares += dot(part, part);
    ${value ? "value += dot(part * norm[i], valueWeights[i]);" : ""}`,
  )}
  ${team.sum("squares", "value")}
  let scale = inverseSqrt(squares / ${width}.0 + ${normEpsilon});
  ${team.loop(vectors, `normed[line * ${vectors}u + i] = x[origin + i] * norm[i] * scale;`)}
  ${value ? "if (member == 0u) { values[line] = value * scale + valueBias[0]; }" : ""}`,
  });
}
