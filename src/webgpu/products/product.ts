/**
 * Products of the batch's lines and matrices, of which most of the engine's work consists: what they have in common, said
 * once for all variants. A kernel names its factors and what becomes of the sums; a variant decides who computes what.
 */
import { unroll, type Binding } from "../recording/kernel.ts";

/** A matrix, read in blocks of four by four: four inputs of the sum and a vector of four outputs. */
export interface Weights {
  /** Whether a block's vectors run along the outputs (a matrix [K, N]) or along the inputs (a matrix [N, K]). */
  readonly along: "outputs" | "inputs";
  /** Which blocks lie next to each other in memory: those of neighbouring outputs, or of neighbouring inputs. */
  readonly neighbours: "outputs" | "inputs";
  /** WGSL that declares, before the sum, where the weights of a vector of columns start; `name` begins all its names. */
  readonly declare: (column: string, name: string) => string;
  /** WGSL for the four vectors of the block at the sum's vector `i`. */
  readonly block: (name: string, i: string) => string;
}

/** A sum over `vectors` vectors of each line, times each of some matrices. */
export interface Term {
  readonly vectors: number;
  /** The lines' buffer; in vectors, the length of its lines and where in them the sum starts. */
  readonly input: { readonly buffer: string; readonly stride: number; readonly offset: number };
  /** For each matrix of the product; null adds nothing to it. */
  readonly weights: readonly (Weights | null)[];
  /** The product's norm leaves the lines of this term as they are and does not square them. */
  readonly plain?: boolean;
}

/** A kernel that consists of products. */
export interface Product {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly declarations?: string;
  /** Vectors of outputs. */
  readonly columns: number;
  /** Added up; each with as many matrices. */
  readonly terms: readonly Term[];
  /**
   * RMSNorm of the lines, folded in: the sum of squares is taken beside the products, which are scaled at the end.
   * `weight` is WGSL for the norm's vector `i`.
   */
  readonly norm?: {
    readonly weight: (i: string) => string;
    readonly width: number;
    readonly epsilon: number;
  };
  /** WGSL that stores the products of a line and a vector of columns with each matrix. */
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

/** The weights of a matrix [K, N] that starts at vector `start` of a buffer. */
export function weightsByInput(buffer: string, start: number, outputs: number): Weights {
  return {
    along: "outputs",
    neighbours: "outputs",
    declare: (column, name) => `let ${name} = ${start}u + ${column};`,
    block: (name, i) => `let ${name}At = ${name} + ${i} * ${outputs}u;
      let ${name}Block = mat4x4f(${unroll(4, (k) => `${buffer}[${name}At + ${(k * outputs) / 4}u]`, ", ")});`,
  };
}

/** The weights of a matrix [N, K]; `outputs` need not be a multiple of four, the last is repeated. */
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

/** The columns of a matrix, and after those the columns of another. */
export function beside(left: Weights, columns: number, right: Weights): Weights {
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

/** WGSL: a block times a vector of inputs. */
export function times(weights: Weights, block: string, value: string): string {
  return weights.along === "outputs" ? `${block} * ${value}` : `${value} * ${block}`;
}

/** WGSL: what the norm makes of products whose line has this sum of squares. */
export function normScale({ norm }: Product, squares: string): string {
  return norm ? `inverseSqrt(${squares} / ${norm.width}.0 + ${norm.epsilon})` : "1.0";
}

/** Names of the matrices of a product, by number. */
export function matricesOf({ terms }: Product): number[] {
  return (terms[0]?.weights ?? []).map((_, p) => p);
}
