import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { RopeTable } from "./ropeTable.ts";

/** Rotary embedding by the WASM kernels; the gradient turns back by the same angles. */
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
  expectShape("rotate: positions", positions, [m]);
  kernels.expectIndices("rotate: positions", positions, limit);
  const turn = (from: tf.Tensor, places: tf.Tensor, direction: 1 | -1): tf.Tensor => {
    const y = kernels.output([m, width]);
    const [cos, sin] = [kernels.address(table.cos), kernels.address(table.sin)];
    const [fromAt, placesAt] = [kernels.address(from), kernels.address(places, "int32")];
    kernels.call.rotate(fromAt, placesAt, cos, sin, kernels.address(y), m, heads, half, direction);
    return y;
  };
  const rotated = differentiable([x], () => ({
    value: turn(x, positions, 1),
    saved: [positions],
    backward: (dy, saved) => [turn(dy, nth(saved, 0), -1)],
  }));
  return rotated as tf.Tensor2D; // [m, width]
}
