import { CACHE_VECTORS, type CacheFormat } from "../../cacheFormat.ts";
import type { DecoderShape } from "../../decoderShape.ts";
import { storedHeadDim } from "../../headPadding.ts";
import { read, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import type { Weights } from "../../products/product.ts";
import { ROW_WGSL } from "../../rowState.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../variants.ts";

/**
 * Queries [M, H*hd] and the cache's keys and values [entries, 2*Hkv*hd], in the format of the cache, of each line, from
 * x [M, D]: RMSNorm, three projections with or without bias, and the rotary embedding of queries and keys. Queries and
 * keys whose heads are normed come as `heads` [M, (H+Hkv)*hd] instead, not turned yet, for `normHeads`.
 *
 * The three matrices count as two of half as many columns: the left and the right halves of all heads, which the
 * rotation mixes.
 */
export function projectQkv(
  shape: DecoderShape,
  layer: LayerLayout,
  cache: CacheFormat = "f32",
  variant: ProductVariant = PLAIN_PRODUCT,
): Kernel {
  const { heads, kvHeads, width, normEpsilon, qkNorm } = shape;
  const pairs = storedHeadDim(shape) / 8;
  const norm = vectorOffset(layer, "input_layernorm.weight");
  const product = {
    name: "projectQkv",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      x: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      ...(qkNorm
        ? { heads: write("array<vec4f>") }
        : { rope: read("array<vec4f>"), queries: write("array<vec4f>") }),
      cache: write(`array<${CACHE_VECTORS[cache].type}>`),
    },
    declarations: `${ROW_WGSL}${placeFunction(shape, layer)}${storeFunction(shape, cache)}`,
    columns: (heads + 2 * kvHeads) * pairs,
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "x", stride: width / 4, offset: 0 },
        weights: [halfWeights(pairs, 0), halfWeights(pairs, pairs)],
      },
    ],
    norm: { weight: (i: string) => `layer[${norm}u + ${i}]`, width, epsilon: normEpsilon },
    store: (line: string, column: string, [left = "", right = ""]: readonly string[]): string =>
      `store(${line}, ${column}, ${left}, ${right});`,
  };
  return defineProduct(product, variant);
}

/** The weights of one half of all heads, which starts at vector `first` of each head. */
function halfWeights(pairs: number, first: number): Weights {
  return {
    along: "outputs",
    neighbours: "outputs",
    declare: (column, name) => `let ${name}Place = placeOf(${column} / ${pairs}u);
    let ${name} = ${name}Place.weight + ${name}Place.column + ${column} % ${pairs}u + ${first}u;
    ${unroll(5, (k) => `let ${name}Row${k} = ${k}u * ${name}Place.stride;`)}`,
    block: (name, i) => `let ${name}At = ${name} + ${i} * ${name}Row4;
      let ${name}Block = mat4x4f(${unroll(4, (k) => `layer[${name}At + ${name}Row${k}]`, ", ")});`,
  };
}

/** WGSL that finds the matrix, the bias and the columns of one of the H + 2 Hkv heads. */
function placeFunction(shape: DecoderShape, layer: LayerLayout): string {
  const { heads, kvHeads, qkvBias } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const branch = (part: string, firstHead: number, headCount: number): string => {
    const weight = vectorOffset(layer, `self_attn.${part}.weight`);
    const bias = qkvBias ? vectorOffset(layer, `self_attn.${part}.bias`) : 0;
    return `return Place(${weight}u, ${bias}u, ${headCount * vectors}u, (head - ${firstHead}u) * ${vectors}u);`;
  };
  return `
/** Start of the matrix and the bias in the layer, length of the matrix' rows, first column of the head. */
struct Place { weight: u32, bias: u32, stride: u32, column: u32 }
fn placeOf(head: u32) -> Place {
  if (head < ${heads}u) { ${branch("q_proj", 0, heads)} }
  if (head < ${heads + kvHeads}u) { ${branch("k_proj", heads, kvHeads)} }
  ${branch("v_proj", heads + kvHeads, kvHeads)}
}`;
}

/** WGSL that puts the two vectors of a line where they belong, those of queries and keys turned or to be normed. */
function storeFunction(shape: DecoderShape, cache: CacheFormat): string {
  const { heads, kvHeads, qkvBias, qkNorm } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const pairs = vectors / 2;
  const { store } = CACHE_VECTORS[cache];
  return `
fn store(line: u32, headColumn: u32, left: vec4f, right: vec4f) {
  let head = headColumn / ${pairs}u;
  let pair = headColumn % ${pairs}u;
  let place = placeOf(head);
  let row = rows[line];
  let column = place.column + pair;
  var a = left${qkvBias ? " + layer[place.bias + column]" : ""};
  var b = right${qkvBias ? ` + layer[place.bias + column + ${pairs}u]` : ""};
  if (head >= ${heads + kvHeads}u) {
    let at = row.write * ${2 * kvHeads * vectors}u + ${kvHeads * vectors}u + column;
    cache[at] = ${store("a")};
    cache[at + ${pairs}u] = ${store("b")};
    return;
  }
  ${qkNorm ? storeHeads(shape) : storeTurned(shape, cache)}
}`;
}

function storeHeads(shape: DecoderShape): string {
  const vectors = storedHeadDim(shape) / 4;
  return `let at = (line * ${shape.heads + shape.kvHeads}u + head) * ${vectors}u + pair;
  heads[at] = a;
  heads[at + ${vectors / 2}u] = b;`;
}

function storeTurned(shape: DecoderShape, cache: CacheFormat): string {
  const { heads, kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const pairs = vectors / 2;
  const { store } = CACHE_VECTORS[cache];
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
    cache[at] = ${store("turned")};
    cache[at + ${pairs}u] = ${store("b")};
  }`;
}
