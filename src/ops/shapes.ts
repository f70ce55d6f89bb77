import type * as tf from "./tf.ts";

/** Throws unless the tensor has this shape. A kernel that trusts a wrong shape overwrites foreign memory. */
export function expectShape(what: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i])) return;
  throw new Error(`${what}: shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}]`);
}

/** Rows and columns of a matrix. */
export function matrixShape(what: string, tensor: tf.Tensor): [rows: number, columns: number] {
  const [rows, columns] = tensor.shape as readonly (number | undefined)[]; // of unknown rank
  if (rows === undefined || columns === undefined || tensor.rank !== 2) {
    throw new Error(`${what}: a matrix was expected, not shape [${tensor.shape.join(", ")}]`);
  }
  return [rows, columns];
}

/** Width of one head, which the attention kernels want in whole vectors; throws unless the heads divide evenly. */
export function headWidth(what: string, width: number, heads: number, kvHeads: number): number {
  const headDim = width / heads;
  if (headDim % 4 !== 0) throw new Error(`${what}: head width ${headDim} is not a multiple of 4`);
  if (heads % kvHeads !== 0)
    throw new Error(`${what}: ${heads} heads do not share ${kvHeads} key heads evenly`);
  return headDim;
}

/** Length of the longest part; throws unless the starts cut `tokens` packed tokens into parts of `least` or more. */
export function longestPart(what: string, starts: Int32Array, tokens: number, least: number): number {
  let longest = 0;
  for (let part = 0; part + 1 < starts.length; part++) {
    const length = (starts[part + 1] ?? 0) - (starts[part] ?? 0);
    if (length < least) throw new Error(`${what}: part ${part} has ${length} tokens`);
    longest = Math.max(longest, length);
  }
  if (starts[0] !== 0 || starts[starts.length - 1] !== tokens) {
    throw new Error(`${what}: the starts do not run from 0 to ${tokens}`);
  }
  return longest;
}
