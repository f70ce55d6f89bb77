/** Access of kernels to the parameters of a layer, bound as `layer`, whatever their packing. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { storedHeadDim } from "../layout/headPadding.ts";
import { unroll } from "../recording/kernel.ts";
import { vectorOffset, type LayerLayout } from "../layout/parameterLayout.ts";
import { weightsByInput, weightsByOutput, type Weights } from "../products/product.ts";

export interface LayerWeights {
  /** WGSL type of `layer`. */
  readonly type: "array<vec4f>" | "array<vec4u>";
  /** Outputs and inputs of a matrix as stored; zeros if absent. */
  readonly sizeOf: (part: string) => { readonly outputs: number; readonly inputs: number };
  /** A matrix in a product that sums over its inputs. */
  readonly forward: (part: string) => Weights;
  /** A matrix in a product that sums over its outputs, as in backward passes. */
  readonly backward: (part: string) => Weights;
  /** Offset of a norm or bias, in vectors of four. */
  readonly offset: (part: string) => number;
  /** WGSL of the vector of a norm or bias at the WGSL expression `at`. */
  readonly vector: (at: string) => string;
  /**
   * WGSL of `placeOf(head)` for the H + 2 Hkv heads of queries, keys and values: a `Place` with the offset of its `bias` and
   * with `column`, the first vector of the head in its matrix; and `half`, the weights of one half of all heads, which
   * starts at vector `first` of each head.
   */
  readonly heads: (shape: DecoderShape) => {
    readonly declarations: string;
    readonly half: (first: number) => Weights;
  };
}

/** Layers in float32, with matrices stored as [in, out]. */
export function plainLayer(layer: LayerLayout): LayerWeights {
  const sizeOf = (part: string) => {
    const [outputs = 0, inputs = 0] = layer.get(part)?.shape ?? []; // zeros if absent
    return { outputs, inputs };
  };
  const start = (part: string): number => vectorOffset(layer, part);
  return {
    type: "array<vec4f>",
    sizeOf,
    forward: (part) => weightsByInput("layer", start(part), sizeOf(part).outputs),
    backward: (part) => weightsByOutput("layer", start(part), sizeOf(part).outputs, sizeOf(part).inputs),
    offset: start,
    vector: (at) => `layer[${at}]`,
    heads: (shape) => ({
      declarations: plainPlaces(shape, layer),
      half: (first) => plainHalf(storedHeadDim(shape) / 8, first),
    }),
  };
}

function plainHalf(pairs: number, first: number): Weights {
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

function plainPlaces(shape: DecoderShape, layer: LayerLayout): string {
  const vectors = storedHeadDim(shape) / 4;
  return `
/** Start of the matrix and the bias in the layer, length of the matrix' rows, first column of the head. */
struct Place { weight: u32, bias: u32, stride: u32, column: u32 }
${headFunction(shape, "placeOf", "Place", (part, headCount, column) => {
  const weight = vectorOffset(layer, `${part}.weight`);
  const bias = shape.qkvBias ? vectorOffset(layer, `${part}.bias`) : 0;
  return `Place(${weight}u, ${bias}u, ${headCount * vectors}u, ${column})`;
})}`;
}

/** WGSL of a function of the head index, given its result for each of the three matrices. */
export function headFunction(
  shape: DecoderShape,
  name: string,
  type: string,
  place: (part: string, headCount: number, column: string) => string,
): string {
  const { heads, kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const branch = (part: string, firstHead: number, headCount: number): string =>
    `return ${place(`self_attn.${part}`, headCount, `(head - ${firstHead}u) * ${vectors}u`)};`;
  return `fn ${name}(head: u32) -> ${type} {
  if (head < ${heads}u) { ${branch("q_proj", 0, heads)} }
  if (head < ${heads + kvHeads}u) { ${branch("k_proj", heads, kvHeads)} }
  ${branch("v_proj", heads + kvHeads, kvHeads)}
}`;
}
