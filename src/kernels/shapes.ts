import type * as tf from "./tf.ts";

/** Throws unless the tensor has this shape. A kernel that trusts a wrong shape overwrites foreign memory. */
export function expectShape(what: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.shape.length === shape.length && shape.every((size, i) => size === tensor.shape[i])) return;
  throw new Error(`${what}: shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}]`);
}

/** Rows and columns of a matrix. */
export function matrixShape(what: string, tensor: tf.Tensor): [rows: number, columns: number] {
  const [rows, columns] = tensor.shape;
  if (rows === undefined || columns === undefined || tensor.shape.length !== 2) {
    throw new Error(`${what}: a matrix was expected, not shape [${tensor.shape.join(", ")}]`);
  }
  return [rows, columns];
}
