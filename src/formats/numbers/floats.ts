/** Conversion of stored floats to float32: exact, but for F64, which is rounded. */

/** A little-endian float type of weight files. */
export type FloatType = "F32" | "F16" | "BF16" | "F64";

/** Converts to float32; the result may share `buffer`. Assumes a little-endian machine, as WebAssembly and WebGPU do. */
export function widenFloats(type: FloatType, buffer: ArrayBuffer): Float32Array {
  if (type === "F32") return new Float32Array(buffer);
  if (type === "F64") return new Float32Array(new Float64Array(buffer));
  const bits = new Uint16Array(buffer);
  const values = new Float32Array(bits.length);
  if (type === "F16") {
    for (let i = 0; i < bits.length; i++) values[i] = halfToNumber(bits[i] ?? 0);
  } else {
    const words = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16; // the upper half of a float32
  }
  return values;
}

/** Converts the bits of an IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) to a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and subnormals
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
