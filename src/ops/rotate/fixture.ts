import { at } from "../../math/at.ts";
/** Rotary embedding in float64, computed from the angles: x [m, width] at `positions`. */
export function rotateReference(
  x: Float64Array,
  positions: Int32Array,
  headDim: number,
  theta: number,
): Float64Array {
  const width = x.length / positions.length;
  const half = headDim / 2;
  const y = new Float64Array(x.length);
  for (const [i, value] of x.entries()) {
    const within = (i % width) % headDim;
    const angle = at(positions, Math.floor(i / width)) * theta ** ((-2 * (within % half)) / headDim);
    const partner = within < half ? -at(x, i + half) : at(x, i - half);
    y[i] = value * Math.cos(angle) + partner * Math.sin(angle);
  }
  return y;
}
