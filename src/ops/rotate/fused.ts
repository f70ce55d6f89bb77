import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { RopeTable } from "./ropeTable.ts";

/** Rotary embedding with the WASM kernels; the gradient is rotated back by the same angles. */
export function rotateFused(
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
