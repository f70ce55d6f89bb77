import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import type { TokenRange } from "../../weights/decoderWeights.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../layout/rowState.ts";
import { plainTokens, type TokenMatrix } from "../../weights/tokenMatrix.ts";

/** x [M, D] = embeddings of the tokens of the lines, for tokens in the bound shard. One invocation: four numbers. */
export function embed(
  { width, vocabulary }: Pick<DecoderShape, "width" | "vocabulary">,
  tokens: TokenMatrix = plainTokens(width, vocabulary),
  { start, count }: TokenRange = { start: 0, count: vocabulary },
): Kernel {
  const vectors = width / 4;
  const isWhole = count === vocabulary;
  return defineKernel({
    name: "embed",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      matrix: read(tokens.type),
      x: write("array<vec4f>"),
    },
    invocations: (lines) => lines * vectors,
    declarations: BATCH_WGSL + ROW_WGSL + tokens.declarations,
    body: `
  let line = id / ${vectors}u;
  if (line >= batch.count) { return; }
  let token = rows[line].token - ${start}u;
  ${isWhole ? "" : `if (token >= ${count}u) { return; }`}
  x[id] = ${tokens.vector("token", `id % ${vectors}u`)};`,
  });
}
