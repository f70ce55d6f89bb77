/**
 * Products of the batch's lines with matrices, most of the engine's work. A kernel specifies the factors and how to store
 * the results; a variant specifies how the work is divided among invocations.
 */
import { at } from "../../math/at.ts";
import { unroll, type Binding } from "../recording/kernel.ts";

/** A matrix read in 4 x 4 blocks: four inputs of the sum by four outputs. */
export interface Weights {
  /** Direction of a block's vectors: outputs for a matrix [K, N], inputs for a matrix [N, K]. */
  readonly along: "outputs" | "inputs";
  /** Direction in which blocks are consecutive in memory. */
  readonly neighbours: "outputs" | "inputs";
  /** WGSL that declares, before the sum, the start of the weights of a vector of columns; its names begin with `name`. */
  readonly declare: (column: string, name: string) => string;
  /** WGSL of the four vectors of the block at vector `i` of the sum. */
  readonly block: (name: string, i: string) => string;
}

/** A sum over `vectors` vectors of each line times each of several matrices. */
export interface Term {
  readonly vectors: number;
  /** Buffer of the lines; length of a line and start of the sum in it, in vectors. */
  readonly input: { readonly buffer: string; readonly stride: number; readonly offset: number };
  /** One per matrix of the product; null adds nothing. */
  readonly weights: readonly (Weights | null)[];
  /** Excludes the lines of this term from the product's norm. */
  readonly plain?: boolean;
}

/** A kernel that consists of products. */
export interface Product {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly declarations?: string;
  /** Vectors of outputs. */
  readonly columns: number;
  /** Terms that are added up; all have the same number of matrices. */
  readonly terms: readonly Term[];
  /**
   * RMSNorm of the lines, fused: the sum of squares is computed along with the products, which are scaled at the end.
   * `weight` is WGSL of vector `i` of the norm's weights.
   */
  readonly norm?: {
    readonly weight: (i: string) => string;
    readonly width: number;
    readonly epsilon: number;
  };
  /** WGSL that stores the results of a line and a vector of columns, one per matrix. */
  readonly store: (line: string, column: string, products: readonly string[]) => string;
}

/** WGSL of a variant. */
export interface ProductText {
  readonly workgroup: number;
  readonly workgroups: (lines: number) => number;
  readonly declarations: string;
  readonly body: string;
  readonly enables?: readonly string[];
}

/** Weights of a matrix [K, N] that starts at vector `start` of a buffer. */
export function weightsByInput(buffer: string, start: number, outputs: number): Weights {
  return {
    along: "outputs",
    neighbours: "outputs",
    declare: (column, name) => `let ${name} = ${start}u + ${column};`,
    block: (name, i) => `let ${name}At = ${name} + ${i} * ${outputs}u;
      let ${name}Block = mat4x4f(${unroll(4, (k) => `${buffer}[${name}At + ${(k * outputs) / 4}u]`, ", ")});`,
  };
}

/** Weights of a matrix [N, K]. If `outputs` is no multiple of four, the last one is repeated. */
export function weightsByOutput(buffer: string, start: number, inputs: number, outputs: number): Weights {
  const row = (column: string, k: number): string => {
    const output = `4u * ${column} + ${k}u`;
    return outputs % 4 === 0 ? output : `min(${output}, ${outputs - 1}u)`;
  };
  return {
    along: "inputs",
    neighbours: "inputs",
    declare: (column, name) =>
      unroll(4, (k) => `let ${name}Row${k} = ${start}u + (${row(column, k)}) * ${inputs / 4}u;`),
    block: (name, i) =>
      `let ${name}Block = mat4x4f(${unroll(4, (k) => `${buffer}[${name}Row${k} + ${i}]`, ", ")});`,
  };
}

/** Concatenates the columns of two matrices. */
export function concatColumns(left: Weights, columns: number, right: Weights): Weights {
  const turn = (block: string): string => (left.along === right.along ? block : `transpose(${block})`);
  return {
    along: left.along,
    neighbours: left.neighbours,
    declare: (column, name) => `let ${name}IsLeft = ${column} < ${columns}u;
      ${left.declare(`min(${column}, ${columns - 1}u)`, `${name}L`)}
      ${right.declare(`(max(${column}, ${columns}u) - ${columns}u)`, `${name}R`)}`,
    block: (name, i) => `var ${name}Block: mat4x4f;
      if (${name}IsLeft) {
        ${left.block(`${name}L`, i)}
        ${name}Block = ${name}LBlock;
      } else {
        ${right.block(`${name}R`, i)}
        ${name}Block = ${turn(`${name}RBlock`)};
      }`,
  };
}

/** WGSL of a block times a vector of inputs. */
export function times(weights: Weights, block: string, value: string): string {
  return weights.along === "outputs" ? `${block} * ${value}` : `${value} * ${block}`;
}

/** WGSL that scales products by the norm of a line with this sum of squares. */
export function normScale({ norm }: Product, squares: string): string {
  return norm ? `inverseSqrt(${squares} / ${norm.width}.0 + ${norm.epsilon})` : "1.0";
}

/** Indices of the matrices of a product. */
export function matricesOf({ terms }: Product): number[] {
  return at(terms, 0).weights.map((_, p) => p);
}
