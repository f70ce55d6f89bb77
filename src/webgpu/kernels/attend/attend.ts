import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { defineKernel, read, uniform, unroll, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../layout/rowState.ts";
import { addEntry, beginSoftmax } from "./onlineSoftmax.ts";

/**
 * Grouped-query attention of each line over the cache entries of its prompt and its own: queries [M, H*hd] -> context
 * [M, H*hd], with online softmax (arXiv 1805.02867), so memory does not grow with the context. With `keepTotals` also
 * totals [M, H, 2] for the backward pass: the logarithm of the softmax denominator, and a slot that the pass fills.
 * One invocation: one line and head.
 */
export function attend(shape: DecoderShape, keepTotals = false): Kernel {
  return defineKernel({
    name: "attend",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      queries: read("array<vec4f>"),
      cache: read("array<vec4f>"),
      context: write("array<vec4f>"),
      ...(keepTotals ? { totals: write("array<vec2f>") } : {}),
    },
    invocations: (lines) => lines * shape.heads,
    declarations: BATCH_WGSL + ROW_WGSL,
    body: body(shape) + (keepTotals ? "\n  totals[id] = vec2f(largest + log(total), 0.0);" : ""),
  });
}

function body(shape: DecoderShape): string {
  const vectors = storedHeadDim(shape) / 4;
  return `${beginSoftmax(shape, "id")}
  for (var part = 0u; part < 2u; part++) {
    let start = select(row.suffixStart, row.prefixStart, part == 0u);
    let end = select(row.write + 1u, row.prefixStart + row.prefixLength, part == 0u);
    for (var entry = start; entry < end; entry++) {${addEntry(shape)}
    }
  }
  ${unroll(vectors, (i) => `context[id * ${vectors}u + ${i}u] = sum${i} / total;`)}`;
}
