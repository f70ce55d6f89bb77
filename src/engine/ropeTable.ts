import { storedHeadDim } from "./headPadding.ts";

/**
 * Rotary embedding [positions, stored size of a head]: cosines of a position's headDim/2 frequencies, then their sines,
 * each followed by the zeros of a padded half. Computed in float64: WGSL promises cosines of large angles to 2^-11 only,
 * which shows in the logits.
 */
export function ropeTable(positions: number, headDim: number, theta: number): Float32Array<ArrayBuffer> {
  const half = headDim / 2;
  const stored = storedHeadDim({ headDim });
  const table = new Float32Array(positions * stored);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-i / half);
      table[position * stored + i] = Math.cos(angle);
      table[position * stored + stored / 2 + i] = Math.sin(angle);
    }
  }
  return table;
}
