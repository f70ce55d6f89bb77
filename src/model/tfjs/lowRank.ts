/** LoRA adapters on the backend. */
import { linear } from "../../ops/linear/linear.ts";
import { sum } from "../../ops/differentiable.ts";
import * as tf from "../../ops/tf.ts";
import { loraNames } from "../weights/adapter.ts";
import type { Parameters } from "./tfParameters.ts";

/** A LoRA adapter's tensors. */
export interface LowRank {
  /** A [R, in] and B [out, R] by name. */
  readonly tensors: Parameters;
  readonly scale: number;
  /** Dropout of A's input [M, in], in training; null for none. */
  readonly drop: ((x: tf.Tensor) => tf.Tensor) | null;
}

/** Returns y + scale * drop(x) Aᵀ Bᵀ for the matrix named `weight`, or y [M, out] if the adapter does not target it. */
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

/** Returns the matrix [out, in] named `weight` with the adapter merged: W + scale * B A. */
export function mergedMatrix(matrix: tf.Tensor, { tensors, scale }: LowRank, weight: string): tf.Tensor {
  const names = loraNames(weight);
  const [a, b] = [tensors.get(names.a), tensors.get(names.b)];
  if (a === undefined || b === undefined) return matrix;
  // Not `tf.matMul(b, a)`: on WASM it caches a packed second factor, which the optimizer then changes in place.
  return tf.tidy(() => tf.add(matrix, tf.mul(linear(b, tf.transpose(a)), scale)));
}
