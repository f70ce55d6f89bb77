import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import { innerParts, innerWidth, lowRankHeads, QKV, type LowRank } from "../../weights/lowRank.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import type { Term } from "../../products/product.ts";
import { ROW_WGSL } from "../../layout/rowState.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/**
 * Queries [M, H*hd] and the cache entries [entries, 2*Hkv*hd] of each line, from x [M, D]: RMSNorm, three projections with or
 * without bias, and the rotary embedding of queries and keys. With `qkNorm`, queries and keys are written unrotated to
 * `heads` [M, (H+Hkv)*hd], for `normHeads`.
 *
 * The three matrices are treated as two with half the columns each: the left and the right halves of all heads, which the
 * rotation mixes. The adapter's products of `inner` are scaled by the norm at the end like the others.
 */
export function projectQkv(
  shape: DecoderShape,
  layer: LayerWeights,
  variant: ProductVariant = PLAIN_PRODUCT,
  lowRank: LowRank | null = null,
): Kernel {
  const { heads, kvHeads, width, normEpsilon, qkNorm } = shape;
  const pairs = storedHeadDim(shape) / 8;
  const weight = (i: string): string => layer.vector(`${layer.offset("input_layernorm.weight")}u + ${i}`);
  const { declarations, half } = layer.heads(shape);
  const added = addedTerms(shape, lowRank);
  const input = { buffer: "x", stride: width / 4, offset: 0 };
  const product = {
    name: "projectQkv",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      x: read("array<vec4f>"),
      layer: read(layer.type),
      ...(qkNorm
        ? { heads: write("array<vec4f>") }
        : { rope: read("array<vec4f>"), queries: write("array<vec4f>") }),
      cache: write("array<vec4f>"),
      ...(added.terms.length > 0 ? { adapter: read("array<vec4f>"), inner: read("array<vec4f>") } : {}),
    },
    declarations: `${ROW_WGSL}${declarations}${added.declarations}${storeFunction(shape, layer)}`,
    columns: (heads + 2 * kvHeads) * pairs,
    terms: [{ vectors: width / 4, input, weights: [half(0), half(pairs)] }, ...added.terms],
    norm: { weight, width, epsilon: normEpsilon },
    store: (line: string, column: string, [left = "", right = ""]: readonly string[]): string =>
      `store(${line}, ${column}, ${left}, ${right});`,
  };
  return defineProduct(product, variant);
}

/** The terms of an adapter of any of the three matrices. */
function addedTerms(
  shape: DecoderShape,
  lowRank: LowRank | null,
): { readonly declarations: string; readonly terms: readonly Term[] } {
  const parts = innerParts(lowRank, QKV);
  if (lowRank === null || parts.length === 0) return { declarations: "", terms: [] };
  const { declarations, half } = lowRankHeads(shape, lowRank, parts);
  const vectors = innerWidth(parts) / 4;
  const input = { buffer: "inner", stride: vectors, offset: 0 };
  const weights = [half(0), half(storedHeadDim(shape) / 8)];
  return { declarations, terms: [{ vectors, input, weights, plain: true }] };
}

/** WGSL that stores the two vectors of a line: queries and keys rotated, or unrotated if they are normed. */
function storeFunction(shape: DecoderShape, layer: LayerWeights): string {
  const { heads, kvHeads, qkvBias, qkNorm } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const pairs = vectors / 2;
  const bias = (at: string): string => (qkvBias ? ` + ${layer.vector(at)}` : "");
  return `
fn store(line: u32, headColumn: u32, left: vec4f, right: vec4f) {
  let head = headColumn / ${pairs}u;
  let pair = headColumn % ${pairs}u;
  let place = placeOf(head);
  let row = rows[line];
  let column = place.column + pair;
  var a = left${bias("place.bias + column")};
  var b = right${bias(`place.bias + column + ${pairs}u`)};
  if (head >= ${heads + kvHeads}u) {
    let at = row.write * ${2 * kvHeads * vectors}u + ${kvHeads * vectors}u + column;
    cache[at] = a;
    cache[at + ${pairs}u] = b;
    return;
  }
  ${qkNorm ? storeHeads(shape) : storeTurned(shape)}
}`;
}

function storeHeads(shape: DecoderShape): string {
  const vectors = storedHeadDim(shape) / 4;
  return `let at = (line * ${shape.heads + shape.kvHeads}u + head) * ${vectors}u + pair;
  heads[at] = a;
  heads[at + ${vectors / 2}u] = b;`;
}

function storeTurned(shape: DecoderShape): string {
  const { heads, kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const pairs = vectors / 2;
  return `let cosine = rope[row.position * ${vectors}u + pair];
  let sine = rope[row.position * ${vectors}u + ${pairs}u + pair];
  let turned = a * cosine - b * sine;
  b = b * cosine + a * sine;
  if (head < ${heads}u) {
    let at = line * ${heads * vectors}u + column;
    queries[at] = turned;
    queries[at + ${pairs}u] = b;
  } else {
    let at = row.write * ${2 * kvHeads * vectors}u + column;
    cache[at] = turned;
    cache[at + ${pairs}u] = b;
  }`;
}
