import { rotaryFrequencies, type Rotary } from "../../math/rotary.ts";
import { storedHeadDim } from "./headPadding.ts";

/**
 * Rotary embedding [positions, stored size of a head]: cosines of a position's headDim/2 frequencies, then their sines,
 * each followed by the zeros of a padded half. Computed in float64: WGSL promises cosines of large angles to 2^-11 only,
 * which shows in the logits.
 */
export function ropeTable(positions: number, rotary: Rotary): Float32Array<ArrayBuffer> {
  const frequencies = rotaryFrequencies(rotary);
  const stored = storedHeadDim(rotary);
  const table = new Float32Array(positions * stored);
  for (let position = 0; position < positions; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      table[position * stored + i] = Math.cos(position * frequency);
      table[position * stored + stored / 2 + i] = Math.sin(position * frequency);
    }
  }
  return table;
}
