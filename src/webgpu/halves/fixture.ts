/** For tests: float16 numbers, two per word, as WGSL packs them. */

/** Packs numbers of magnitude 6e-5 to 65504, or 0, rounded to 11 significant bits. */
export function packHalves(values: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  const halves = Uint16Array.from(bits, (word) => {
    const sign = (word >>> 16) & 0x8000;
    if (word << 1 === 0) return sign;
    return sign | (((word & 0x7fffffff) + 0x1000 - (112 << 23)) >>> 13); // exponents are biased by 127 and by 15
  });
  return new Uint32Array(halves.buffer);
}

/** Unpacks words to numbers. */
export function unpackHalves(words: Uint32Array): Float64Array {
  return Float64Array.from(new Uint16Array(words.buffer), (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}
