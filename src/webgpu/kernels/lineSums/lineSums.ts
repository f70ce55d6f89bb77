import {
  defineKernel,
  read,
  uniform,
  unroll,
  write,
  type Binding,
  type Kernel,
} from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";

/**
 * Gradients of norms and biases, which are sums over all lines. To fill the GPU, shares of the lines are summed in parallel,
 * and one kernel at the end of the pass adds the shares of all layers in a fixed order.
 */

/** Number of shares; share s sums every LINE_SHARES-th line from s on. */
export const LINE_SHARES = 32;

/** A sum: its width in vectors of four, and WGSL of the contribution of `line` to vector `column`. */
export interface LineTerm {
  readonly vectors: number;
  readonly text: string;
}

/** Total vectors of the terms. */
export function termVectors(terms: readonly LineTerm[]): number {
  return terms.reduce((sum, { vectors }) => sum + vectors, 0);
}

/** shares [LINE_SHARES, concatenated terms]. One invocation: four columns of a share. */
export function lineSums(
  bindings: Readonly<Record<string, Binding>>,
  terms: readonly LineTerm[],
  declarations = "",
): Kernel {
  const width = termVectors(terms);
  const branches = terms.map(({ vectors, text }, i) => {
    const start = termVectors(terms.slice(0, i));
    return `
  if (place >= ${start}u && place < ${start + vectors}u) {
    let column = place - ${start}u;
    for (var line = id / ${width}u; line < batch.count; line += ${LINE_SHARES}u) { sum += ${text}; }
  }`;
  });
  return defineKernel({
    name: "lineSums",
    bindings: { batch: uniform("Batch"), ...bindings, shares: write("array<vec4f>") },
    invocations: () => LINE_SHARES * width,
    declarations: BATCH_WGSL + declarations,
    body: `
  if (id >= ${LINE_SHARES * width}u) { return; }
  let place = id % ${width}u;
  var sum = vec4f();
  ${branches.join("")}
  shares[id] = sum;`,
  });
}

/** A summed vector: offset of its first share, stride of its shares, and offset of the sum in the gradients. */
const SUM_WGSL = `
struct Sum { start: u32, stride: u32, gradient: u32 }`;

/** Adds the shares of `count` vectors to the gradients. One invocation: one vector. */
export function addLineSums(count: number): Kernel {
  return defineKernel({
    name: "addLineSums",
    bindings: { sums: read("array<Sum>"), shares: read("array<vec4f>"), gradients: write("array<vec4f>") },
    invocations: () => count,
    declarations: SUM_WGSL,
    body: `
  if (id >= ${count}u) { return; }
  let entry = sums[id];
  var total = vec4f();
  ${unroll(LINE_SHARES, (share) => `total += shares[entry.start + ${share}u * entry.stride];`)}
  gradients[entry.gradient] += total;`,
  });
}
