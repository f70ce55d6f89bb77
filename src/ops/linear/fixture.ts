import { at } from "../../math/at.ts";

/** `x wᵀ + bias` in float64: x [m,k], w [n,k], bias [n] -> [m,n]. */
export function linearReference(
  x: Float64Array,
  w: Float64Array,
  bias: Float64Array | null,
  k: number,
): Float64Array {
  const [m, n] = [x.length / k, w.length / k];
  const y = new Float64Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let col = 0; col < n; col++) {
      let sum = bias?.[col] ?? 0;
      for (let i = 0; i < k; i++) sum += at(x, row * k + i) * at(w, col * k + i);
      y[row * n + col] = sum;
    }
  }
  return y;
}
