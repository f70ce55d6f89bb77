import type { DecoderShape } from "../../decoderShape.ts";
import { attendReference } from "../attend/reference.ts";
import { rotated } from "../projectQkv/reference.ts";

/**
 * Context of packed rows from queries, keys and values before the rotary embedding, in float64: what the backward kernels
 * are the derivative of. `starts` has the first line of each row, and the number of lines.
 */
export function rowAttentionReference(
  queries: Float64Array,
  keys: Float64Array,
  values: Float64Array,
  starts: readonly number[],
  shape: DecoderShape,
): Float64Array {
  const lines = starts.slice(1).flatMap((end, row) => {
    const start = starts[row] ?? 0;
    return Array.from({ length: end - start }, (_, position) => ({ start, position }));
  });
  const positions = lines.map(({ position }) => position);
  const seen = lines.map(({ start, position }) =>
    Array.from({ length: position + 1 }, (_, entry) => start + entry),
  );
  const turn = (x: Float64Array): Float64Array => rotated(x, positions, shape.headDim, shape.ropeTheta);
  return attendReference(turn(queries), turn(keys), values, seen, shape);
}
