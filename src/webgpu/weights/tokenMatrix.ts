/** Access of kernels to embedding or head [V, D], bound as `matrix`, whatever its packing. */
import { unroll } from "../recording/kernel.ts";
import { overInputs, packedBlock, type PackedPrecision } from "./packedMatrix.ts";
import { weightsByOutput, type Weights } from "../products/product.ts";

export interface TokenMatrix {
  /** WGSL type of `matrix`. */
  readonly type: "array<vec4f>" | "array<vec4u>";
  readonly declarations: string;
  /** The matrix in a product whose columns are tokens. */
  readonly weights: Weights;
  /** WGSL that declares `rowsBlock`, whose columns are vectors `i` of the four tokens from `row` on, a multiple of four. */
  readonly rows: (row: string, i: string) => string;
  /** WGSL of vector `i` of a token. */
  readonly vector: (token: string, i: string) => string;
}

/** Embedding or head in float32. */
export function plainTokens(width: number, vocabulary: number): TokenMatrix {
  const vectors = width / 4;
  const vector = (token: string, i: string): string => `matrix[(${token}) * ${vectors}u + ${i}]`;
  return {
    type: "array<vec4f>",
    declarations: "",
    weights: weightsByOutput("matrix", 0, width, vocabulary),
    rows: (row, i) => `let rowsBlock = mat4x4f(${unroll(4, (k) => vector(`${row} + ${k}u`, i), ", ")});`,
    vector,
  };
}

/** Packed embedding or head in shards of `tokens` tokens. */
export function packedTokens(precision: PackedPrecision, width: number, tokens: number): TokenMatrix {
  const matrix = { precision, outputs: tokens, inputs: width, start: 0 };
  const rows = (row: string, i: string): string => packedBlock(matrix, "matrix", "rows", i, `(${row}) / 4u`);
  return {
    type: "array<vec4u>",
    declarations: `
fn tokenVector(token: u32, i: u32) -> vec4f {
  ${rows("token", "i")}
  var columns = rowsBlock;
  return columns[token % 4u];
}`,
    weights: overInputs(matrix, "matrix"),
    rows,
    vector: (token, i) => `tokenVector(${token}, ${i})`,
  };
}
