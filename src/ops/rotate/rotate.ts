import type * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import { rotateComposite } from "./composite.ts";
import { rotateFused } from "./fused.ts";
import type { RopeTable } from "./ropeTable.ts";

export { ropeTable } from "./ropeTable.ts";
export type { RopeTable } from "./ropeTable.ts";

/**
 * Rotary position embedding in Hugging Face's half-rotation layout: within a head of width hd, component i is
 * paired with component i + hd/2. `x [M,H*hd]`, `positions int32 [M]` -> [M,H*hd].
 */
export function rotate(x: tf.Tensor, positions: tf.Tensor, table: RopeTable): tf.Tensor2D {
  const kernels = activeKernels();
  return kernels === undefined
    ? rotateComposite(x, positions, table)
    : rotateFused(kernels, x, positions, table);
}
