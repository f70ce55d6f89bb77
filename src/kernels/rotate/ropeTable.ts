import * as tf from "../tf.ts";

/** Cosines and sines of the rotary embedding: row = position, column = frequency; both [positions, headDim/2]. */
export interface RopeTable {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/**
 * The table for positions 0..maxPositions-1 with base `theta`. Computed in float64: GPU cosines of large angles are
 * off by up to 2^-11, which shows in the logits.
 */
export function ropeTable(maxPositions: number, headDim: number, theta: number): RopeTable {
  const half = headDim / 2;
  const cos = new Float32Array(maxPositions * half);
  const sin = new Float32Array(maxPositions * half);
  for (let position = 0; position < maxPositions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** ((-2 * i) / headDim);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos: tf.tensor2d(cos, [maxPositions, half]), sin: tf.tensor2d(sin, [maxPositions, half]) };
}
