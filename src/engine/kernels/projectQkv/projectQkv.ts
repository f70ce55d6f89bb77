import { CACHE_VECTORS, type CacheFormat } from "../../cacheFormat.ts";
import type { DecoderShape } from "../../decoderShape.ts";
import { TILE, defineKernel, read, tiles, uniform, unroll, write, type Kernel } from "../../kernel.ts";
import { vectorOffset, type LayerLayout } from "../../parameterLayout.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../rowState.ts";

/**
 * Queries [M, H*hd] and the cache's keys and values [entries, 2*Hkv*hd], in the format of the cache, of each line, from
 * x [M, D]: RMSNorm, three projections with or without bias, and the rotary embedding of queries and keys.
 *
 * The norm is folded in: the sum of squares is taken beside the products, which are scaled by it at the end. One
 * invocation computes, for a tile of lines, two vectors of four columns half a head apart, which the rotation mixes.
 */
export function projectQkv(shape: DecoderShape, layer: LayerLayout, cache: CacheFormat = "f32"): Kernel {
  const { heads, kvHeads, headDim } = shape;
  const columns = ((heads + 2 * kvHeads) * headDim) / 8;
  return defineKernel({
    name: "projectQkv",
    bindings: {
      batch: uniform("Batch"),
      rows: read("array<Row>"),
      x: read("array<vec4f>"),
      layer: read("array<vec4f>"),
      rope: read("array<vec4f>"),
      queries: write("array<vec4f>"),
      cache: write(`array<${CACHE_VECTORS[cache].type}>`),
    },
    invocations: (lines) => tiles(lines) * columns,
    declarations: `${BATCH_WGSL}${ROW_WGSL}${placeFunction(shape, layer)}${storeFunction(shape, cache)}`,
    body: body(shape, vectorOffset(layer, "input_layernorm.weight")),
  });
}

/** WGSL that finds the matrix, the bias and the columns of one of the H + 2 Hkv heads. */
function placeFunction({ heads, kvHeads, headDim, qkvBias }: DecoderShape, layer: LayerLayout): string {
  const branch = (part: string, firstHead: number, headCount: number): string => {
    const weight = vectorOffset(layer, `self_attn.${part}.weight`);
    const bias = qkvBias ? vectorOffset(layer, `self_attn.${part}.bias`) : 0;
    return `return Place(${weight}u, ${bias}u, ${(headCount * headDim) / 4}u, (head - ${firstHead}u) * ${headDim / 4}u);`;
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

/** WGSL that rotates the two vectors of a line and puts them where they belong. */
function storeFunction({ heads, kvHeads, headDim, qkvBias }: DecoderShape, cache: CacheFormat): string {
  const [pairs, vectors] = [headDim / 8, headDim / 4];
  const { store } = CACHE_VECTORS[cache];
  return `
fn store(line: u32, head: u32, pair: u32, place: Place, left: vec4f, right: vec4f) {
  if (line >= batch.count) { return; }
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
  let cosine = rope[row.position * ${vectors}u + pair];
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
  }
}`;
}

function body({ heads, kvHeads, headDim, width, normEpsilon }: DecoderShape, norm: number): string {
  const pairs = headDim / 8;
  const columns = (heads + 2 * kvHeads) * pairs;
  const column = (offset: string): string =>
    unroll(4, (k) => `layer[at + ${k}u * place.stride${offset}]`, ", ");
  return `
  let first = id / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let head = id % ${columns}u / ${pairs}u;
  let pair = id % ${pairs}u;
  let place = placeOf(head);
  ${unroll(TILE, (r) => `var left${r} = vec4f(); var right${r} = vec4f(); var squares${r} = 0.0;`)}
  for (var i = 0u; i < ${width / 4}u; i++) {
    let norm = layer[${norm}u + i];
    let at = place.weight + 4u * i * place.stride + place.column + pair;
    let leftWeights = mat4x4f(${column("")});
    let rightWeights = mat4x4f(${column(` + ${pairs}u`)});
    ${unroll(
      TILE,
      (r) => `{
      let value = x[(first + ${r}u) * ${width / 4}u + i];
      let scaled = value * norm;
      squares${r} += dot(value, value);
      left${r} += leftWeights * scaled;
      right${r} += rightWeights * scaled;
    }`,
    )}
  }
  ${unroll(
    TILE,
    (r) => `{
    let scale = inverseSqrt(squares${r} / ${width}.0 + ${normEpsilon});
    store(first + ${r}u, head, pair, place, left${r} * scale, right${r} * scale);
  }`,
  )}`;
}
