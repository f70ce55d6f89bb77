import { rotaryFrequencies, rotaryMagnitude, type Rotary } from "../../math/rotary.ts";
import { storedHeadDim } from "./headPadding.ts";

/**
 * Rotary table [positions, stored head dimension]: the cosines of the headDim/2 angles of a position, then their sines, each
 * padded with zeros like a half head. Computed in float64, because WGSL guarantees cosines of large angles only to 2^-11,
 * which changes the logits.
 */
export function ropeTable(positions: number, rotary: Rotary): Float32Array<ArrayBuffer> {
  const frequencies = rotaryFrequencies(rotary);
  const stored = storedHeadDim(rotary);
  const magnitude = rotaryMagnitude(rotary);
  const table = new Float32Array(positions * stored);
  for (let position = 0; position < positions; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      table[position * stored + i] = magnitude * Math.cos(position * frequency);
      table[position * stored + stored / 2 + i] = magnitude * Math.sin(position * frequency);
    }
  }
  return table;
}
