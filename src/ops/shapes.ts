import { at } from "../math/at.ts";
import type * as tf from "./tf.ts";

/** Throws unless the tensor has this shape. A kernel called with a wrong shape would write out of bounds. */
export function expectShape(what: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i])) return;
  throw new Error(`${what}: shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}]`);
}

/** Rows and columns of a matrix. */
export function matrixShape(what: string, tensor: tf.Tensor): [rows: number, columns: number] {
  const [rows, columns] = tensor.shape as readonly (number | undefined)[]; // of unknown rank
  if (rows === undefined || columns === undefined || tensor.rank !== 2) {
    throw new Error(`${what}: expected a matrix, got shape [${tensor.shape.join(", ")}]`);
  }
  return [rows, columns];
}

/** True if the kernels of attention take heads of this dimension; stock operations take any. */
export function isKernelHead(headDim: number): boolean {
  return headDim % 4 === 0;
}

/** Returns the head dimension. Throws unless it is a multiple of 4 and the query heads divide evenly among key heads. */
export function headWidth(what: string, width: number, heads: number, kvHeads: number): number {
  const headDim = width / heads;
  if (!isKernelHead(headDim)) throw new Error(`${what}: head width ${headDim} is not a multiple of 4`);
  if (heads % kvHeads !== 0)
    throw new Error(`${what}: ${heads} query heads are not a multiple of ${kvHeads} key heads`);
  return headDim;
}

/** Returns the length of the longest part. Throws unless `starts` divides `tokens` packed tokens into parts of at least `least`. */
export function longestPart(what: string, starts: Int32Array, tokens: number, least: number): number {
  let longest = 0;
  for (let part = 0; part + 1 < starts.length; part++) {
    const length = at(starts, part + 1) - at(starts, part);
    if (length < least) throw new Error(`${what}: part ${part} has ${length} tokens`);
    longest = Math.max(longest, length);
  }
  if (starts[0] !== 0 || starts[starts.length - 1] !== tokens) {
    throw new Error(`${what}: the starts do not run from 0 to ${tokens}`);
  }
  return longest;
}
