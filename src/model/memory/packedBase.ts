/** The memory of training a low-rank adapter beside a base that stays as it is, its matrices packed. */
import { adapterCount, PROJECTIONS } from "../adapter.ts";
import { parameterShapes } from "../parameters.ts";
import type { ModelConfig } from "../config.ts";

/** How a frozen matrix is kept on the GPU. */
export type BasePrecision = "f16" | "q8_0" | "q4_0";

/** Bytes of a block, and the weights in it; float16 has no blocks. */
const BLOCKS: Readonly<Record<BasePrecision, { readonly bytes: number; readonly weights: number }>> = {
  f16: { bytes: 2, weights: 1 },
  q8_0: { bytes: 34, weights: 32 },
  q4_0: { bytes: 18, weights: 32 },
};

/** Bytes of a base: matrices packed, norms and biases in float32. */
export function baseBytes(config: ModelConfig, precision: BasePrecision): number {
  const { bytes, weights } = BLOCKS[precision];
  return [...parameterShapes(config).values()].reduce((sum, shape) => {
    const [rows = 1, columns] = shape;
    return sum + (columns === undefined ? rows * 4 : rows * Math.ceil(columns / weights) * bytes);
  }, 0);
}

/** Bytes of an adapter of this rank beside all matrices of the layers: its weights, their gradients and AdamW's moments. */
export function adapterBytes(config: ModelConfig, rank: number): number {
  return 4 * adapterCount(config, { rank, targets: PROJECTIONS }) * Float32Array.BYTES_PER_ELEMENT;
}
