import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import { rowTeam, type TeamSize } from "../../recording/rowTeam.ts";

interface NormBackwardOptions {
  /** Offset of the norm's weights in their binding, in vectors of four. */
  readonly offset: number;
  /** Accumulates onto the gradient of a residual connection instead of overwriting. */
  readonly residual: boolean;
  readonly team?: TeamSize;
}

/**
 * Gradient of the input [M, D] of RMSNorm from that of its output, and the scale 1 / rms of each line for the gradients of
 * weights. Without a residual connection only the scored lines have an output gradient [K, D]: `places` [M] is the index of
 * a line among them plus 1, or 0 for none. One team: one line.
 */
export function normBackward(
  width: number,
  epsilon: number,
  { offset, residual, team: size = 1 }: NormBackwardOptions,
): Kernel {
  const vectors = width / 4;
  const team = rowTeam(size);
  const slope = `gradient[origin + i] * weights[${offset}u + i]`;
  return defineKernel({
    name: "normBackward",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      weights: read("array<vec4f>"),
      gradient: read("array<vec4f>"),
      ...(residual ? {} : { places: read("array<u32>") }),
      inputGradient: write("array<vec4f>"),
      scales: write("array<f32>"),
    },
    invocations: team.invocations,
    declarations: BATCH_WGSL + team.declarations,
    body: `
  ${team.start}
  if (line >= batch.count) { return; }
  let start = line * ${vectors}u;
  ${residual ? "let origin = start; let there = 1.0;" : `let place = places[line]; let origin = max(place, 1u) * ${vectors}u - ${vectors}u; let there = f32(place > 0u);`}
  var squares = 0.0;
  var along = 0.0;
  ${team.loop(vectors, `squares += dot(x[start + i], x[start + i]); along += dot(${slope}, x[start + i]);`)}
  ${team.sum("squares", "along")}
  let scale = inverseSqrt(squares / ${width}.0 + ${epsilon});
  let back = along * scale * scale * scale / ${width}.0;
  if (member == 0u) { scales[line] = scale; }
  ${team.loop(vectors, `inputGradient[start + i] ${residual ? "+=" : "="} there * (${slope} * scale - x[start + i] * back);`)}`,
  });
}
