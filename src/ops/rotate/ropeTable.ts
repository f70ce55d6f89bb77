import { rotaryFrequencies, type Rotary } from "../../math/rotary.ts";
import * as tf from "../tf.ts";

/** Cosines and sines of the rotary embedding: row = position, column = frequency; both [positions, headDim/2]. */
export interface RopeTable {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/**
 * Rotary table of positions 0..maxPositions-1. Computed in float64, because GPU cosines of large angles have errors up to
 * 2^-11, which change the logits.
 */
export function ropeTable(maxPositions: number, rotary: Rotary): RopeTable {
  const frequencies = rotaryFrequencies(rotary);
  const half = frequencies.length;
  const cos = new Float32Array(maxPositions * half);
  const sin = new Float32Array(maxPositions * half);
  for (let position = 0; position < maxPositions; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  return { cos: tf.tensor2d(cos, [maxPositions, half]), sin: tf.tensor2d(sin, [maxPositions, half]) };
}
