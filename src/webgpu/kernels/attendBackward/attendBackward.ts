import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { storedHeadDim } from "../../layout/headPadding.ts";
import { defineKernel, read, uniform, unroll, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL, ROW_WGSL } from "../../layout/rowState.ts";

/**
 * Backward pass of attention within packed rows. Line i is cache entry i; rows may share the prefix of the first row with
 * the same prompt; `end` is the end of the lines that attend to a line. Attention weights are recomputed from the softmax
 * denominators (arXiv 2205.14135, section 3.1), so memory is linear in row length. Gradients are rotated back to those of
 * the projections.
 */

const FORWARD = {
  batch: uniform("Batch"),
  rows: read("array<Row>"),
  queries: read("array<vec4f>"),
  cache: read("array<vec4f>"),
  gradient: read("array<vec4f>"),
  rope: read("array<vec4f>"),
};

/** WGSL that rotates the sums `name` of `vectors` vectors back by `position`. */
function turnBack(name: string, vectors: number): string {
  const pairs = vectors / 2;
  return unroll(
    pairs,
    (i) => `{
    let cosine = rope[position * ${vectors}u + ${i}u];
    let sine = rope[position * ${vectors}u + ${pairs + i}u];
    let turned = ${name}${i} * cosine + ${name}${i + pairs} * sine;
    ${name}${i + pairs} = ${name}${i + pairs} * cosine - ${name}${i} * sine;
    ${name}${i} = turned;
  }`,
  );
}

/** WGSL of a dot product over `count` vectors. */
function dots(count: number, left: (i: number) => string, right: (i: number) => string): string {
  return unroll(count, (i) => `dot(${left(i)}, ${right(i)})`, " + ");
}

/**
 * Gradient of the queries [M, H*hd]. One invocation: one line and head; stores the dot product of context and its gradient
 * next to the softmax denominator, for the gradient of the keys.
 */
export function attendBackwardQueries(shape: DecoderShape): Kernel {
  return defineKernel({
    name: "attendBackwardQueries",
    bindings: {
      ...FORWARD,
      context: read("array<vec4f>"),
      totals: write("array<vec2f>"),
      queryGradient: write("array<vec4f>"),
    },
    invocations: (lines) => lines * shape.heads,
    declarations: BATCH_WGSL + ROW_WGSL,
    body: queriesBody(shape),
  });
}

function queriesBody(shape: DecoderShape): string {
  const { heads, kvHeads, headDim } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const scale = 1 / Math.sqrt(headDim);
  const key = (i: number): string => `cache[at + ${i}u]`;
  const value = (i: number): string => `cache[at + ${kvHeads * vectors + i}u]`;
  return `
  let line = id / ${heads}u;
  if (line >= batch.count) { return; }
  let row = rows[line];
  let position = row.position;
  let head = id % ${heads}u / ${heads / kvHeads}u * ${vectors}u;
  ${unroll(vectors, (i) => `let query${i} = queries[id * ${vectors}u + ${i}u] * ${scale}; let slope${i} = gradient[id * ${vectors}u + ${i}u]; var sum${i} = vec4f();`)}
  let mean = ${dots(
    vectors,
    (i) => `slope${i}`,
    (i) => `context[id * ${vectors}u + ${i}u]`,
  )};
  let total = totals[id].x;
  totals[id].y = mean;
  for (var step = 0u; step <= row.prefixLength + line - row.suffixStart; step++) {
    let entry = select(row.suffixStart + step - row.prefixLength, row.prefixStart + step, step < row.prefixLength);
    let at = entry * ${2 * kvHeads * vectors}u + head;
    let weight = exp(${dots(vectors, (i) => `query${i}`, key)} - total);
    let change = weight * (${dots(vectors, (i) => `slope${i}`, value)} - mean) * ${scale};
    ${unroll(vectors, (i) => `sum${i} += change * ${key(i)};`)}
  }
  ${turnBack("sum", vectors)}
  ${unroll(vectors, (i) => `queryGradient[id * ${vectors}u + ${i}u] = sum${i};`)}`;
}

/** Gradients of keys and values [M, 2*Hkv*hd]. One invocation: one line and head of keys. */
export function attendBackwardKeys(shape: DecoderShape): Kernel {
  return defineKernel({
    name: "attendBackwardKeys",
    bindings: { ...FORWARD, totals: read("array<vec2f>"), cacheGradient: write("array<vec4f>") },
    invocations: (lines) => lines * shape.kvHeads,
    declarations: BATCH_WGSL + ROW_WGSL,
    body: keysBody(shape),
  });
}

function keysBody(shape: DecoderShape): string {
  const { heads, kvHeads, headDim } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const group = heads / kvHeads;
  const scale = 1 / Math.sqrt(headDim);
  return `
  let line = id / ${kvHeads}u;
  if (line >= batch.count) { return; }
  let row = rows[line];
  let position = row.position;
  let own = line * ${2 * kvHeads * vectors}u + id % ${kvHeads}u * ${vectors}u;
  ${unroll(vectors, (i) => `let key${i} = cache[own + ${i}u] * ${scale}; let value${i} = cache[own + ${kvHeads * vectors + i}u]; var keySum${i} = vec4f(); var valueSum${i} = vec4f();`)}
  for (var later = line; later < row.end; later++) {
    for (var member = 0u; member < ${group}u; member++) {
      let query = later * ${heads}u + id % ${kvHeads}u * ${group}u + member;
      let at = query * ${vectors}u;
      let total = totals[query];
      ${unroll(vectors, (i) => `let query${i} = queries[at + ${i}u]; let slope${i} = gradient[at + ${i}u];`)}
      let weight = exp(${dots(
        vectors,
        (i) => `key${i}`,
        (i) => `query${i}`,
      )} - total.x);
      let change = weight * (${dots(
        vectors,
        (i) => `slope${i}`,
        (i) => `value${i}`,
      )} - total.y) * ${scale};
      ${unroll(vectors, (i) => `keySum${i} += change * query${i}; valueSum${i} += weight * slope${i};`)}
    }
  }
  ${turnBack("keySum", vectors)}
  ${unroll(vectors, (i) => `cacheGradient[own + ${i}u] = keySum${i}; cacheGradient[own + ${kvHeads * vectors + i}u] = valueSum${i};`)}`;
}
