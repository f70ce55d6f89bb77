/** An adapter on the backend, and what it adds to a matrix product. */
import { linear } from "../../ops/linear/linear.ts";
import { sum } from "../../ops/sum.ts";
import * as tf from "../../ops/tf.ts";
import { loraNames } from "../weights/adapter.ts";
import type { Parameters } from "./tfParameters.ts";

/** An adapter as a decoder computes with it. */
export interface LowRank {
  /** A and B by name. */
  readonly tensors: Parameters;
  readonly scale: number;
  /** What training does to A's input [M, in]; null computes with all of it. */
  readonly drop: ((x: tf.Tensor) => tf.Tensor) | null;
}

/** y [M, out] = x Wᵀ with what the adapter adds beside the matrix `weight`: scale * drop(x) Aᵀ Bᵀ. */
export function addLowRank(
  y: tf.Tensor,
  x: tf.Tensor,
  { tensors, scale, drop }: LowRank,
  weight: string,
): tf.Tensor {
  const names = loraNames(weight);
  const [a, b] = [tensors.get(names.a), tensors.get(names.b)];
  if (a === undefined || b === undefined) return y;
  const inner = linear(drop === null ? x : drop(x), a); // [M, rank]
  return sum(y, linear(tf.mul(inner, scale), b));
}

/** The matrix `weight` [out, in] with the adapter in it: W + scale * B A. */
export function mergedMatrix(matrix: tf.Tensor, { tensors, scale }: LowRank, weight: string): tf.Tensor {
  const names = loraNames(weight);
  const [a, b] = [tensors.get(names.a), tensors.get(names.b)];
  if (a === undefined || b === undefined) return matrix;
  // Not `tf.matMul(b, a)`: on WASM it keeps a packed copy of its second factor, which the optimizer changes in place.
  return tf.tidy(() => tf.add(matrix, tf.mul(linear(b, tf.transpose(a)), scale)));
}
