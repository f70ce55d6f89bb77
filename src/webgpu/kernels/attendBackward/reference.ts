import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { attendReference } from "../attend/reference.ts";
import { rotated } from "../projectQkv/reference.ts";

/** A line with its position and the lines it attends to. */
interface AttendingLine {
  readonly position: number;
  readonly seen: readonly number[];
}

/**
 * Context of lines from queries, keys and values before the rotary embedding, in float64: the function that the backward
 * kernels differentiate.
 */
export function lineAttentionReference(
  queries: Float64Array,
  keys: Float64Array,
  values: Float64Array,
  lines: readonly AttendingLine[],
  shape: DecoderShape,
): Float64Array {
  const positions = lines.map(({ position }) => position);
  const seen = lines.map((line) => line.seen);
  const turn = (x: Float64Array): Float64Array => rotated(x, positions, shape.headDim, shape.ropeTheta);
  return attendReference(turn(queries), turn(keys), values, seen, shape);
}
