import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/** Only the lines that predict a scored token go through the head: `lines` [K] names them. */

/** scored [K, D] = the lines of x named. One invocation: four numbers. */
export function gatherScored(width: number): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "gatherScored",
    bindings: {
      batch: uniform("Batch"),
      lines: read("array<u32>"),
      x: read("array<vec4f>"),
      scored: write("array<vec4f>"),
    },
    invocations: (count) => count * vectors,
    declarations: BATCH_WGSL,
    body: `
  let place = id / ${vectors}u;
  if (place >= batch.count) { return; }
  scored[id] = x[lines[place] * ${vectors}u + id % ${vectors}u];`,
  });
}

/** Its backward: gradient [M, D] of x; `places` [M] is a line's place among the scored, plus 1, or 0 for none. */
export function scatterScored(width: number): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "scatterScored",
    bindings: {
      batch: uniform("Batch"),
      places: read("array<u32>"),
      scoredGradient: read("array<vec4f>"),
      gradient: write("array<vec4f>"),
    },
    invocations: (lines) => lines * vectors,
    declarations: BATCH_WGSL,
    body: `
  let line = id / ${vectors}u;
  if (line >= batch.count) { return; }
  let place = places[line];
  var value = vec4f();
  if (place > 0u) { value = scoredGradient[(place - 1u) * ${vectors}u + id % ${vectors}u]; }
  gradient[id] = value;`,
  });
}
