import { at } from "../../../math/at.ts";
import { productReference } from "../reference.ts";

/** Output [M, D] of the MLP from gate and up [M, F] and its last matrix [D, F], in float64. */
export function gatedOutputReference(
  gates: Float64Array,
  ups: Float64Array,
  down: Float64Array,
  hiddenWidth: number,
): Float64Array {
  const hidden = gates.map((gate, i) => (gate / (1 + Math.exp(-gate))) * at(ups, i));
  return productReference(hidden, down, hiddenWidth);
}
