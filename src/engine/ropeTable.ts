/**
 * Rotary embedding [positions, headDim]: cosines of a position's headDim/2 frequencies, then their sines. Computed in
 * float64: WGSL promises cosines of large angles to 2^-11 only, which shows in the logits.
 */
export function ropeTable(positions: number, headDim: number, theta: number): Float32Array<ArrayBuffer> {
  const half = headDim / 2;
  const table = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-i / half);
      table[position * headDim + i] = Math.cos(angle);
      table[position * headDim + half + i] = Math.sin(angle);
    }
  }
  return table;
}
