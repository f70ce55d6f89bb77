import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { defineKernel, read, uniform, unroll, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../layout/rowState.ts";

/**
 * RMSNorm of each head of queries and keys followed by the rotary embedding (Qwen3, arXiv 2505.09388): from the projections
 * `heads` [M, (H+Hkv)*hd] to queries [M, H*hd] and the keys in the cache. One invocation: one line and head.
 */
export function normHeads(shape: DecoderShape, layer: LayerWeights): Kernel {
  const { heads, kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  return defineKernel({
    name: "normHeads",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      heads: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      rope: read("array<vec4f>"),
      queries: write("array<vec4f>"),
      cache: write("array<vec4f>"),
    },
    invocations: (lines) => lines * (heads + kvHeads),
    declarations: BATCH_WGSL + ROW_WGSL,
    body: `${begin(shape, layer)}
  ${unroll(vectors, (i) => `var normed${i} = x${i} * scale * layer[norm + ${i}u];`)}
  let row = rows[line];
  ${turn("normed", vectors)}
  if (isQuery) {
    let to = (line * ${heads}u + head) * ${vectors}u;
    ${unroll(vectors, (i) => `queries[to + ${i}u] = normed${i};`)}
  } else {
    let to = row.write * ${2 * kvHeads * vectors}u + (head - ${heads}u) * ${vectors}u;
    ${unroll(vectors, (i) => `cache[to + ${i}u] = normed${i};`)}
  }`,
  });
}

/**
 * Backward pass of `normHeads`, from gradients already rotated back. Gradients of queries [M, H*hd] and of keys, in the
 * first halves of [M, 2*Hkv*hd], become those of the projections in place; `heads` is overwritten with the contribution of
 * each line and head to the gradient of the norm's weights.
 */
export function normHeadsBackward(shape: DecoderShape, layer: LayerWeights): Kernel {
  const { heads, kvHeads, headDim } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const inEach = (gradient: string): string => `
    ${unroll(vectors, (i) => `let slope${i} = ${gradient}[at + ${i}u] * scale; let along${i} = slope${i} * layer[norm + ${i}u];`)}
    let back = (${unroll(vectors, (i) => `dot(along${i}, x${i})`, " + ")}) * scale * scale / ${headDim}.0;
    ${unroll(vectors, (i) => `${gradient}[at + ${i}u] = along${i} - x${i} * back; heads[origin + ${i}u] = slope${i} * x${i};`)}`;
  return defineKernel({
    name: "normHeadsBackward",
    bindings: {
      batch: uniform("Batch"),
      layer: read("array<vec4f>"),
      heads: write("array<vec4f>"),
      queryGradient: write("array<vec4f>"),
      cacheGradient: write("array<vec4f>"),
    },
    invocations: (lines) => lines * (heads + kvHeads),
    declarations: BATCH_WGSL,
    body: `${begin(shape, layer)}
  if (isQuery) {
    let at = (line * ${heads}u + head) * ${vectors}u;${inEach("queryGradient")}
  } else {
    let at = line * ${2 * kvHeads * vectors}u + (head - ${heads}u) * ${vectors}u;${inEach("cacheGradient")}
  }`,
  });
}

/** WGSL that reads a head as `x0`, `x1` and so on, and computes its scale 1 / rms and the offset of the norm's weights. */
function begin(shape: DecoderShape, layer: LayerWeights): string {
  const { heads, kvHeads, headDim, normEpsilon } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const weights = (part: string): string => `${layer.offset(`self_attn.${part}_norm.weight`)}u`;
  return `
  let line = id / ${heads + kvHeads}u;
  if (line >= batch.count) { return; }
  let head = id % ${heads + kvHeads}u;
  let isQuery = head < ${heads}u;
  let origin = id * ${vectors}u;
  ${unroll(vectors, (i) => `let x${i} = heads[origin + ${i}u];`)}
  let squares = ${unroll(vectors, (i) => `dot(x${i}, x${i})`, " + ")};
  let scale = inverseSqrt(squares / ${headDim}.0 + ${normEpsilon});
  let norm = select(${weights("k")}, ${weights("q")}, isQuery);`;
}

/** WGSL that rotates the vectors `name` by the position of `row`. */
function turn(name: string, vectors: number): string {
  const pairs = vectors / 2;
  return unroll(
    pairs,
    (i) => `{
    let cosine = rope[row.position * ${vectors}u + ${i}u];
    let sine = rope[row.position * ${vectors}u + ${pairs + i}u];
    let turned = ${name}${i} * cosine - ${name}${i + pairs} * sine;
    ${name}${i + pairs} = ${name}${i + pairs} * cosine + ${name}${i} * sine;
    ${name}${i} = turned;
  }`,
  );
}
