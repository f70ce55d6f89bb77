/** Converts float32 to the storage formats of weight files: floats, or GGUF's 8-bit blocks (Q8_0). */

/** Storage format of weights. */
export type Packing = "F32" | "F16" | "BF16" | "Q8_0";

/** A weight is out of the range of a packing. */
export class PackingError extends Error {
  override readonly name = "PackingError";
}

/** Weights per block. */
export const BLOCK: Readonly<Record<Packing, number>> = { F32: 1, F16: 1, BF16: 1, Q8_0: 32 };

/** Bytes per block. */
const BLOCK_BYTES: Readonly<Record<Packing, number>> = { F32: 4, F16: 2, BF16: 2, Q8_0: 34 };

/** Returns the bytes of `weights` weights, a multiple of the block. */
export function packedBytes(packing: Packing, weights: number): number {
  return (weights / BLOCK[packing]) * BLOCK_BYTES[packing];
}

/** Weights per piece; a multiple of every block. */
const CHUNK = 2 ** 20;

/** Packs the tensor `name` in pieces of at most 4 MB. Throws `PackingError` with the tensor's name. */
export function* packedPieces(name: string, data: Float32Array, packing: Packing): Generator<Uint8Array> {
  for (let from = 0; from < data.length; from += CHUNK) {
    try {
      yield pack(packing, data.subarray(from, from + CHUNK));
    } catch (error) {
      throw error instanceof PackingError
        ? new PackingError(`${name}: ${error.message} Export in f32.`)
        : error;
    }
  }
}

/** Packs whole blocks of weights. Throws `PackingError`. Assumes a little-endian machine. */
export function pack(packing: Packing, data: Float32Array): Uint8Array {
  if (packing === "F32") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (packing === "Q8_0") return packBlocks(data);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const packed = new Uint16Array(data.length);
  const narrow = packing === "F16" ? halfBits : upperHalf;
  const infinity = packing === "F16" ? 0x7c00 : 0x7f80;
  for (let i = 0; i < bits.length; i++) {
    const word = narrow(bits[i] ?? 0);
    if ((word & 0x7fff) === infinity) refuse(data[i] ?? 0, packing);
    packed[i] = word;
  }
  return new Uint8Array(packed.buffer);
}

/** Rounds the bits of a float32 to a float16, ties to even; infinity if out of range. */
export function halfBits(bits: number): number {
  const [sign, size] = [(bits >>> 16) & 0x8000, bits & 0x7fffffff];
  if (size > 0x7f800000) return sign | 0x7e00; // NaN
  if (size >= 0x477ff000) return sign | 0x7c00; // 65520, halfway to 65536
  if (size < 0x38800000) return sign | subnormal(size);
  const rounded = size + 0xfff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13); // exponents count from 15 instead of 127
}

const WORD = new Uint32Array(1);
const FLOAT = new Float32Array(WORD.buffer);

/** Below 2^-14 float16 has steps of 2^-24. */
function subnormal(bits: number): number {
  WORD[0] = bits;
  const units = (FLOAT[0] ?? 0) * 2 ** 24; // exact
  const below = Math.floor(units);
  const rest = units - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Rounds the bits of a float32 to a bfloat16, ties to even. */
function upperHalf(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // keep NaN
  return ((bits >>> 16) + (((bits & 0xffff) + 0x7fff + ((bits >>> 16) & 1)) >>> 16)) & 0xffff;
}

/** Packs Q8_0: per block a float16 scale (largest magnitude / 127) and 32 signed bytes, rounded as in PyPI's gguf. */
function packBlocks(data: Float32Array): Uint8Array {
  const packed = new Uint8Array(packedBytes("Q8_0", data.length));
  const scaleBits = new Uint32Array(1);
  const scale = new Float32Array(scaleBits.buffer);
  for (let from = 0, at = 0; from < data.length; from += 32, at += 34) {
    let largest = 0;
    for (let i = from; i < from + 32; i++) largest = Math.max(largest, Math.abs(data[i] ?? 0));
    scale[0] = Math.fround(largest / 127);
    const half = halfBits(scaleBits[0] ?? 0);
    if ((half & 0x7fff) >= 0x7c00) refuse(largest, "Q8_0");
    packed[at] = half & 255;
    packed[at + 1] = half >> 8;
    const perUnit = Math.fround(1 / scale[0]);
    const isScaled = Number.isFinite(perUnit); // else all weights are zero or underflow
    if (!isScaled) continue;
    for (let i = 0; i < 32; i++)
      packed[at + 2 + i] = awayFromZero(Math.fround((data[from + i] ?? 0) * perUnit));
  }
  return packed;
}

/** Rounds a float32 to an integer, ties away from zero. */
function awayFromZero(value: number): number {
  return value < 0 ? -((0.5 - value) | 0) : (value + 0.5) | 0;
}

function refuse(weight: number, packing: Packing): never {
  throw new PackingError(`a weight is ${weight}, which is out of the range of ${packing}.`);
}
