import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import {
  defineKernel,
  read,
  uniform,
  unroll,
  WORKGROUP,
  write,
  type Kernel,
} from "../../recording/kernel.ts";
import type { LayerWeights } from "../../weights/layerWeights.ts";
import {
  DOWN,
  factorBackward,
  factorForward,
  GATE_UP,
  innerParts,
  innerWidth,
  OUTPUT,
  QKV,
  type InnerPart,
  type LowRank,
} from "../../weights/lowRank.ts";
import { times, type Weights } from "../../products/product.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import type { ProjectionPart } from "../backProject/backProject.ts";

/**
 * The adapter's products between two products of the decoder, in one kernel. They have so few columns that a workgroup
 * computes all columns of a few lines; its invocations share the sums, which are added in a fixed order.
 */

/** A product [M, columns * 4] of lines with a matrix, stored from vector `start` on. */
interface NarrowProduct {
  readonly columns: number;
  readonly start: number;
  /** Length of the sum in vectors. */
  readonly vectors: number;
  /** WGSL of vector `i` of a line. */
  readonly value: (line: string, i: string) => string;
  readonly weights: Weights;
}

/** WGSL of such products for `lines` lines from `first` on; `store` gets a line, the index of a vector, and its sum. */
function narrowText(
  products: readonly NarrowProduct[],
  lines: number,
  store: (line: string, at: string, sum: string) => string,
): string {
  return products.map((product) => narrowProduct(product, lines, store)).join("");
}

function narrowProduct(
  { columns, start, vectors, value, weights }: NarrowProduct,
  lines: number,
  store: (line: string, at: string, sum: string) => string,
): string {
  const items = lines * columns;
  const slices = Math.max(1, Math.floor(WORKGROUP / items));
  const rounds = Math.ceil(items / WORKGROUP);
  return unroll(
    rounds,
    (round) => `{
    let item = ${slices === 1 ? `local + ${round * WORKGROUP}u` : `local % ${items}u`};
    let slice = ${slices === 1 ? "0u" : `local / ${items}u`};
    let line = first + item / ${columns}u;
    let column = item % ${columns}u;
    let isThere = item < ${items}u && slice < ${slices}u && line <= last;
    var sum = vec4f();
    if (isThere) {
      ${weights.declare("column", "w")}
      for (var i = slice; i < ${vectors}u; i += ${slices}u) {
        ${weights.block("w", "i")}
        sum += ${times(weights, "wBlock", value("line", "i"))};
      }
    }
    shares[local] = sum;
    workgroupBarrier();
    if (isThere && slice == 0u) {
      ${slices === 1 ? "" : `for (var share = 1u; share < ${slices}u; share++) { sum += shares[local + share * ${items}u]; }`}
      ${store("line", `${start}u + column`, "sum")}
    }
    workgroupBarrier();
  }`,
  );
}

/** The lines of a workgroup and its partial sums. */
const SHARES = `
var<workgroup> shares: array<vec4f, ${WORKGROUP}>;`;
const tileStart = (lines: number): string => `
  let first = group * ${lines}u;
  if (first >= batch.count) { return; }
  let last = batch.count - 1u;`;

interface LowRankInputOptions {
  /** The part whose product was just added to x; null for none. */
  readonly added: string | null;
  /** The parts that read x next, adapted or not. */
  readonly next: typeof QKV | typeof GATE_UP | null;
  /** Lines per workgroup: more lines reuse each weight more often. */
  readonly lines: number;
}

/**
 * Adds the adapter's product, B times the inner vectors `before`, to the residual stream x [M, D]; then computes the `inner`
 * vectors of the parts that read the norm of x, without the norm's scale, which their kernels apply to all products.
 * `before` and `adapter` may belong to different layers. Null if there is nothing to do.
 */
export function lowRankInput(
  { width }: DecoderShape,
  layer: LayerWeights,
  lowRank: LowRank,
  { added, next, lines }: LowRankInputOptions,
): Kernel | null {
  const rank = innerWidth(innerParts(lowRank, added === null ? [] : [added]));
  const parts = innerParts(lowRank, next ?? []);
  if (rank === 0 && parts.length === 0) return null;
  const norm = layer.offset(next === GATE_UP ? "post_attention_layernorm.weight" : "input_layernorm.weight");
  const stride = innerWidth(parts) / 4;
  const products = parts.map(({ part, rank: own, start }) => ({
    columns: own / 4,
    start: start / 4,
    vectors: width / 4,
    value: (line: string, i: string) =>
      `(x[${line} * ${width / 4}u + ${i}] * ${layer.vector(`${norm}u + ${i}`)})`,
    weights: factorForward(lowRank, part, "A"),
  }));
  const store = (line: string, at: string, sum: string) =>
    `inner[${line} * ${stride}u + ${at}] = ${sum} * ${lowRank.scale};`;
  return defineKernel({
    name: "lowRankInput",
    bindings: {
      batch: uniform("Batch"),
      x: rank > 0 ? write("array<vec4f>") : read("array<vec4f>"),
      ...(rank > 0 ? { previous: read("array<vec4f>"), before: read("array<vec4f>") } : {}),
      ...(parts.length > 0
        ? { layer: read(layer.type), adapter: read("array<vec4f>"), inner: write("array<vec4f>") }
        : {}),
    },
    invocations: (count) => Math.ceil(count / lines) * WORKGROUP,
    declarations: BATCH_WGSL + (parts.length > 0 ? SHARES : ""),
    body: `${tileStart(lines)}
  ${added !== null && rank > 0 ? addBefore(width, lowRank, added, rank, lines) : ""}
  ${rank > 0 && parts.length > 0 ? "storageBarrier();" : ""}
  ${narrowText(products, lines, store)}`,
  });
}

/** Kernels of a decoder: before the first attention, before the others, before MLPs, and at the end; null without an adapter. */
export function lowRankInputs(
  shape: DecoderShape,
  layer: LayerWeights,
  lowRank: LowRank | null,
  lines: number,
) {
  const input = (added: string | null, next: LowRankInputOptions["next"]): Kernel | null =>
    lowRank && lowRankInput(shape, layer, lowRank, { added, next, lines });
  return {
    enterFirst: input(null, QKV),
    enterAttention: input(DOWN, QKV),
    enterMlp: input(OUTPUT, GATE_UP),
    leave: input(DOWN, null),
  };
}

/** WGSL that adds B times the inner vectors to the lines of a workgroup. */
function addBefore(width: number, lowRank: LowRank, part: string, rank: number, lines: number): string {
  const weights = factorForward(lowRank, part, "B", "previous");
  const vector = (r: number): string => `before[min(first + ${r}u, last) * ${rank / 4}u + i]`;
  return `for (var column = local; column < ${width / 4}u; column += ${WORKGROUP}u) {
    ${unroll(lines, (r) => `var sum${r} = vec4f();`, " ")}
    ${weights.declare("column", "b")}
    for (var i = 0u; i < ${rank / 4}u; i++) {
      ${weights.block("b", "i")}
      ${unroll(lines, (r) => `sum${r} += ${times(weights, "bBlock", vector(r))};`)}
    }
    ${unroll(lines, (r) => `if (first + ${r}u <= last) { x[(first + ${r}u) * ${width / 4}u + column] += sum${r}; }`)}
  }`;
}

/** Gradients `innerGradient` [M, R] of the inner vectors of adapted parts, from the gradients of their outputs. */
export function lowRankGradient(
  layer: LayerWeights,
  lowRank: LowRank,
  projections: readonly ProjectionPart[],
  lines: number,
): Kernel {
  const parts = innerParts(
    lowRank,
    projections.map(({ part }) => part),
  );
  const gradients = [...new Set(parts.map((part) => projectionOf(part, projections).gradient))];
  const stride = innerWidth(parts) / 4;
  const products = parts.map((part) => {
    const { gradient, column, stride: width } = projectionOf(part, projections);
    return {
      columns: part.rank / 4,
      start: part.start / 4,
      vectors: layer.sizeOf(part.part).outputs / 4,
      value: (line: string, i: string) => `${gradient}[${line} * ${width / 4}u + ${column / 4}u + ${i}]`,
      weights: factorBackward(lowRank, part.part, "B"),
    };
  });
  const store = (line: string, at: string, sum: string) =>
    `innerGradient[${line} * ${stride}u + ${at}] = ${sum} * ${lowRank.scale};`;
  return defineKernel({
    name: "lowRankGradient",
    bindings: {
      batch: uniform("Batch"),
      ...Object.fromEntries(gradients.map((gradient) => [gradient, read("array<vec4f>")])),
      adapter: read("array<vec4f>"),
      innerGradient: write("array<vec4f>"),
    },
    invocations: (count) => Math.ceil(count / lines) * WORKGROUP,
    declarations: BATCH_WGSL + SHARES,
    body: `${tileStart(lines)}
  ${narrowText(products, lines, store)}`,
  });
}

function projectionOf({ part }: InnerPart, projections: readonly ProjectionPart[]): ProjectionPart {
  const found = projections.find((each) => each.part === part);
  if (found === undefined) throw new Error(`${part} has no gradient`);
  return found;
}
