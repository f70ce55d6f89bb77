import { normReference, productReference } from "../reference.ts";

/** RMSNorm(x) times the transpose of matrix [V, D], in float64. */
export function headReference(
  x: Float64Array,
  norm: Float64Array,
  matrix: Float64Array,
  epsilon: number,
): Float64Array {
  return productReference(normReference(x, norm, epsilon), matrix, norm.length);
}
