/** Quantises float32 to GGUF's Q4_0, 32 weights in 18 bytes, with the rounding of llama.cpp and PyPI's gguf. */
import { halfBits, PackingError } from "./narrowFloats.ts";

const [WEIGHTS, BYTES] = [32, 18];

/**
 * Packs whole blocks of weights. A block has a float16 scale (the weight of largest magnitude / -8), then 16 bytes whose
 * low nibbles are the first 16 weights and high nibbles the other 16, each plus 8. Throws `PackingError`.
 */
export function packFourBits(data: Float32Array): Uint8Array {
  const packed = new Uint8Array((data.length / WEIGHTS) * BYTES);
  const scaleBits = new Uint32Array(1);
  const scale = new Float32Array(scaleBits.buffer);
  for (let from = 0, at = 0; from < data.length; from += WEIGHTS, at += BYTES) {
    const largest = largestOf(data, from);
    scale[0] = largest / -8;
    const half = halfBits(scaleBits[0] ?? 0);
    if ((half & 0x7fff) >= 0x7c00)
      throw new PackingError(`a weight is ${largest}, which is out of the range of Q4_0.`);
    packed[at] = half & 255;
    packed[at + 1] = half >> 8;
    const perUnit = Math.fround(1 / scale[0]);
    const units = Number.isFinite(perUnit) ? perUnit : 0; // all weights are zero or underflow
    for (let i = 0; i < 16; i++) {
      const [low, high] = [data[from + i] ?? 0, data[from + 16 + i] ?? 0];
      packed[at + 2 + i] = nibble(low, units) | (nibble(high, units) << 4);
    }
  }
  return packed;
}

/** Returns the first weight of largest magnitude, with its sign. */
function largestOf(data: Float32Array, from: number): number {
  let largest = 0;
  for (let i = from; i < from + WEIGHTS; i++) {
    const weight = data[i] ?? 0;
    if (Math.abs(weight) > Math.abs(largest)) largest = weight;
  }
  return largest;
}

/** Quantises a weight to -8..7, clamping 8. Computes in float32, which determines the rounding of ties. */
function nibble(weight: number, perUnit: number): number {
  const rounded = Math.fround(Math.fround(weight * perUnit) + 8.5) | 0;
  return rounded > 15 ? 15 : rounded;
}
