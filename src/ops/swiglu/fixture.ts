import { at } from "../../math/at.ts";

/** `silu(gate) * up` in float64. */
export function swigluReference(gate: Float64Array, up: Float64Array): Float64Array {
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * at(up, i));
}
