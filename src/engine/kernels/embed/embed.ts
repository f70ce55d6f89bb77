import type { DecoderShape } from "../../decoderShape.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../rowState.ts";

/** x [M, D] = the embedding of each line's token. One invocation: four numbers. */
export function embed({ width }: Pick<DecoderShape, "width">): Kernel {
  const vectors = width / 4;
  return defineKernel({
    name: "embed",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      embedding: read("array<vec4f>"),
      x: write("array<vec4f>"),
    },
    invocations: (lines) => lines * vectors,
    declarations: BATCH_WGSL + ROW_WGSL,
    body: `
  let line = id / ${vectors}u;
  if (line >= batch.count) { return; }
  x[id] = embedding[rows[line].token * ${vectors}u + id % ${vectors}u];`,
  });
}
