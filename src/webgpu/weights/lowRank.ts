/**
 * LoRA (arXiv 2106.09685): W x becomes W x + B u with the inner vector u = scale A x. Inner vectors of parts that share their
 * input are concatenated, [M, R]; ranks are padded with zeros to a multiple of four.
 */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { storedHeadDim } from "../layout/headPadding.ts";
import { unroll } from "../recording/kernel.ts";
import { headFunction } from "./layerWeights.ts";
import { vectorOffset, type LayerLayout } from "../layout/parameterLayout.ts";
import { weightsByInput, weightsByOutput, type Weights } from "../products/product.ts";

/** Access of kernels to a layer of an adapter, bound as `adapter`. */
export interface LowRank {
  readonly layout: LayerLayout;
  readonly scale: number;
}

/** Parts of a layer that read the same input. */
export const QKV = ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"] as const;
export const GATE_UP = ["mlp.gate_proj.weight", "mlp.up_proj.weight"] as const;
export const [OUTPUT, DOWN] = ["self_attn.o_proj.weight", "mlp.down_proj.weight"] as const;

/** An adapted matrix, and the range of its inner vector among those of the parts that share its input. */
export interface InnerPart {
  readonly part: string;
  readonly rank: number;
  readonly start: number;
}

/** Returns the adapted ones of some parts. */
export function innerParts(lowRank: LowRank | null, parts: readonly string[]): InnerPart[] {
  const found: InnerPart[] = [];
  let start = 0;
  for (const part of parts) {
    const rank = lowRank?.layout.get(nameOf(part, "A"))?.shape[0] ?? 0;
    if (rank > 0) found.push({ part, rank, start });
    start += rank;
  }
  return found;
}

/** Total width of the inner vectors of a line. */
export function innerWidth(parts: readonly InnerPart[]): number {
  return parts.reduce((sum, { rank }) => sum + rank, 0);
}

function nameOf(part: string, factor: "A" | "B"): string {
  return part.replace(/weight$/, `lora_${factor}.weight`);
}

/** A factor of an adapted matrix: its offset in floats, outputs and inputs. */
export function factorOf({ layout }: LowRank, part: string, factor: "A" | "B") {
  const placed = layout.get(nameOf(part, factor));
  if (placed === undefined) throw new Error(`the adapter has no ${nameOf(part, factor)}`);
  const { shape, offset } = placed;
  return { name: nameOf(part, factor), offset, outputs: at(shape, 0), inputs: at(shape, 1) };
}

/** A factor in a product that sums over its inputs. */
export function factorForward(
  lowRank: LowRank,
  part: string,
  factor: "A" | "B",
  buffer = "adapter",
): Weights {
  const { offset, outputs } = factorOf(lowRank, part, factor);
  return weightsByInput(buffer, offset / 4, outputs);
}

/** A factor in a product that sums over its outputs. */
export function factorBackward(lowRank: LowRank, part: string, factor: "A" | "B"): Weights {
  const { offset, outputs, inputs } = factorOf(lowRank, part, factor);
  return weightsByOutput("adapter", offset / 4, outputs, inputs);
}

/**
 * The adapter's product for queries, keys and values over the inner vectors of all three: WGSL of `innerOf`, and the weights
 * of one half of all heads, zero for inner vectors of another matrix than the head's.
 */
export function lowRankHeads(shape: DecoderShape, lowRank: LowRank, parts: readonly InnerPart[]) {
  const vectors = storedHeadDim(shape) / 4;
  const declarations = `
/** Of a head: its matrix' first inner vector and their number, where its B starts, the length of its rows, its column. */
struct Inner { first: u32, count: u32, matrix: u32, stride: u32, column: u32 }
${headFunction(shape, "innerOf", "Inner", (name, headCount, column) => {
  const own = parts.find(({ part }) => part === `${name}.weight`);
  if (own === undefined) return "Inner()";
  const start = vectorOffset(lowRank.layout, nameOf(own.part, "B"));
  return `Inner(${own.start / 4}u, ${own.rank / 4}u, ${start}u, ${headCount * vectors}u, ${column})`;
})}`;
  return { declarations, half: (first: number): Weights => innerHalf(vectors / 2, first) };
}

function innerHalf(pairs: number, first: number): Weights {
  return {
    along: "outputs",
    neighbours: "outputs",
    declare: (column, name) => `let ${name}Inner = innerOf(${column} / ${pairs}u);
    let ${name} = ${name}Inner.matrix + ${name}Inner.column + ${column} % ${pairs}u + ${first}u;`,
    block: (name, i) => `let ${name}Row = ${i} - ${name}Inner.first;
      var ${name}Block = mat4x4f();
      if (${name}Row < ${name}Inner.count) {
        let at = ${name} + 4u * ${name}Row * ${name}Inner.stride;
        ${name}Block = mat4x4f(${unroll(4, (k) => `adapter[at + ${k}u * ${name}Inner.stride]`, ", ")});
      }`,
  };
}
