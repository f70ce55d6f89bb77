import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { rotaryFrequencies, rotaryMagnitude, type Rotary } from "../../math/rotary.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

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
  const magnitude = rotaryMagnitude(rotary);
  const cos = new Float32Array(maxPositions * half);
  const sin = new Float32Array(maxPositions * half);
  for (let position = 0; position < maxPositions; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      cos[position * half + i] = magnitude * Math.cos(position * frequency);
      sin[position * half + i] = magnitude * Math.sin(position * frequency);
    }
  }
  return { cos: tf.tensor2d(cos, [maxPositions, half]), sin: tf.tensor2d(sin, [maxPositions, half]) };
}

/**
 * Rotary position embedding in Hugging Face's half-rotation layout: within a head of width hd, component i is
 * paired with component i + hd/2. `x [M,H*hd]`, `positions int32 [M]` -> [M,H*hd].
 */
export const rotate = operation(rotateFused, rotateComposite);

function rotateComposite(x: tf.Tensor, positions: tf.Tensor, table: RopeTable): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows = 0, width = 0] = x.shape;
    const half = table.cos.shape[1];
    const heads = width / (2 * half);
    const cos = tf.reshape(tf.gather(table.cos, positions), [rows, 1, half]);
    const sin = tf.reshape(tf.gather(table.sin, positions), [rows, 1, half]);
    const byHead = tf.reshape(x, [rows, heads, 2 * half]);
    const first = tf.slice(byHead, [0, 0, 0], [rows, heads, half]);
    const second = tf.slice(byHead, [0, 0, half], [rows, heads, half]);
    const rotated = tf.concat(
      [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))],
      2,
    );
    return tf.reshape<tf.Rank.R2>(rotated, [rows, width]);
  });
}

/** Rotary embedding with the WASM kernels; the gradient is rotated back by the same angles. */
function rotateFused(
  kernels: WasmKernels,
  x: tf.Tensor,
  positions: tf.Tensor,
  table: RopeTable,
): tf.Tensor2D {
  const [m, width] = matrixShape("rotate: x", x);
  const [limit, half] = table.cos.shape;
  const heads = width / (2 * half);
  if (!Number.isInteger(heads)) throw new Error(`rotate: width ${width} is not a multiple of ${2 * half}`);
  expectShape("rotate: table.sin", table.sin, [limit, half]);
  expectShape("rotate: positions", positions, [m]);
  kernels.expectIndices("rotate: positions", positions, limit);
  const saved = [positions, table.cos, table.sin];
  const turn = (from: tf.Tensor, angles: readonly tf.Tensor[], direction: 1 | -1): tf.Tensor => {
    const y = kernels.output([m, width]);
    const positionsAt = kernels.address(nth(angles, 0), "int32");
    const [cosAt, sinAt] = [kernels.address(nth(angles, 1)), kernels.address(nth(angles, 2))];
    const [fromAt, toAt] = [kernels.address(from), kernels.address(y)];
    kernels.call.rotate(fromAt, positionsAt, cosAt, sinAt, toAt, m, heads, half, direction);
    return y;
  };
  const rotated = differentiable([x], () => ({
    value: turn(x, saved, 1),
    saved,
    backward: (dy, kept) => [turn(dy, kept, -1)],
  }));
  return rotated as tf.Tensor2D; // [m, width]
}
