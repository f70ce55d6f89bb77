/** Rotary embedding in float64, straight from the angles: x [m, width] at `positions`. */
export function rotateReference(
  x: Float64Array,
  positions: Int32Array,
  headDim: number,
  theta: number,
): Float64Array {
  const width = x.length / positions.length;
  const half = headDim / 2;
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at++) {
    const within = (at % width) % headDim;
    const angle = (positions[Math.floor(at / width)] ?? 0) * theta ** ((-2 * (within % half)) / headDim);
    const partner = within < half ? -(x[at + half] ?? 0) : (x[at - half] ?? 0);
    y[at] = (x[at] ?? 0) * Math.cos(angle) + partner * Math.sin(angle);
  }
  return y;
}
