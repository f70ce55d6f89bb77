import { at } from "../../../math/at.ts";
import { productReference } from "../reference.ts";

/** x [M, N] plus input [M, K] times the transpose of weight [N, K], in float64. */
export function addProjectionReference(
  x: Float64Array,
  input: Float64Array,
  weight: Float64Array,
  inputs: number,
): Float64Array {
  return productReference(input, weight, inputs).map((value, i) => value + at(x, i));
}
