import { at } from "../../math/at.ts";

/** RMSNorm in float64: x [m,d], w [d] -> [m,d]. */
export function rmsNormReference(x: Float64Array, w: Float64Array, eps: number): Float64Array {
  const d = w.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += d) {
    const row = x.subarray(start, start + d);
    const rstd = 1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / d + eps);
    row.forEach((value, i) => (y[start + i] = value * rstd * at(w, i)));
  }
  return y;
}
