import { at } from "../../math/at.ts";
/** Rows of w [.,d] by index, in float64. */
export function gatherRowsReference(w: Float64Array, ids: Int32Array, d: number): Float64Array {
  return Float64Array.from({ length: ids.length * d }, (_, i) =>
    at(w, at(ids, Math.floor(i / d)) * d + (i % d)),
  );
}
