import { test } from "vitest";
import { expectation, expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  expectGradient,
  floats,
  ODD_SHAPE,
  runKernel,
  settingsFor,
  statesOf,
  TOLERANCE,
} from "../../fixture.ts";
import { ropeTable } from "../../layout/ropeTable.ts";
import { attend } from "../attend/attend.ts";
import { rotated } from "../projectQkv/fixture.ts";
import { attendBackwardKeys, attendBackwardQueries } from "./attendBackward.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { attendReference } from "../attend/fixture.ts";

/** Two tokens that two rows share, three of the one row and one of the other; and a row by itself. */
const LINES = [
  { position: 0, seen: [0], prefixLength: 0, suffixStart: 0, end: 6 },
  { position: 1, seen: [0, 1], prefixLength: 0, suffixStart: 0, end: 6 },
  { position: 2, seen: [0, 1, 2], prefixLength: 2, suffixStart: 2, end: 5 },
  { position: 3, seen: [0, 1, 2, 3], prefixLength: 2, suffixStart: 2, end: 5 },
  { position: 4, seen: [0, 1, 2, 3, 4], prefixLength: 2, suffixStart: 2, end: 5 },
  { position: 2, seen: [0, 1, 5], prefixLength: 2, suffixStart: 5, end: 6 },
  { position: 0, seen: [6], prefixLength: 0, suffixStart: 6, end: 7 },
];

describeOnGpu("attendBackward", (gpu) => {
  test.each([
    [3, 1],
    [4, 2],
  ])(
    "agrees with finite differences over rows that share their start (%i heads, %i of keys)",
    async (heads, kvHeads) => {
      const shape = { ...ODD_SHAPE, heads, kvHeads };
      const { headDim, maxPositions, ropeTheta } = shape;
      const positions = LINES.map(({ position }) => position);
      const count = LINES.length;
      const width = kvHeads * headDim;
      const inputs = [
        normals(1, [count, heads * headDim]),
        normals(2, [count, width]),
        normals(3, [count, width]),
      ];
      const expected = expectation(
        (queries, keys, values) => lineAttentionReference(queries, keys, values, LINES, shape),
        inputs,
      );
      const [queries, keys, values] = inputs.map(({ data }) => data);
      const turn = (x: Float64Array): Float64Array => rotated(x, positions, headDim, ropeTheta);
      const side = (line: number, x: Float64Array): Float64Array =>
        x.subarray(line * width, (line + 1) * width);
      const turned = turn(keys!);
      const cache = positions.flatMap((_, line) => [...side(line, turned), ...side(line, values!)]);
      const rows = LINES.map((line, write) => ({ ...line, write, prefixStart: 0 }));
      const contents = {
        batch: settingsFor(count),
        rows: statesOf(rows),
        queries: floats(turn(queries!)),
        cache: floats(cache),
      };
      const forward = await runKernel(gpu(), attend(shape, true), count, {
        ...contents,
        context: new Float32Array(count * heads * headDim),
        totals: new Float32Array(2 * count * heads),
      });
      expectClose("context", forward["context"]!, expected.value, TOLERANCE);
      const kept = {
        ...contents,
        context: floats(forward["context"]!),
        totals: floats(forward["totals"]!),
        gradient: floats(expected.weights.data),
        rope: ropeTable(maxPositions, shape),
      };
      const { queryGradient, totals } = await runKernel(gpu(), attendBackwardQueries(shape), count, {
        ...kept,
        queryGradient: new Float32Array(count * heads * headDim),
      });
      const { cacheGradient } = await runKernel(gpu(), attendBackwardKeys(shape), count, {
        ...kept,
        totals: floats(totals!),
        cacheGradient: new Float32Array(count * 2 * width),
      });
      const half = (second: number): number[] =>
        positions.flatMap((_, line) => [...side(2 * line + second, Float64Array.from(cacheGradient!))]);
      expectGradient("queries", queryGradient!, expected, 0);
      expectGradient("keys", half(0), expected, 1);
      expectGradient("values", half(1), expected, 2);
    },
  );
});

/** A line with its position and the lines it attends to. */
interface AttendingLine {
  readonly position: number;
  readonly seen: readonly number[];
}

/**
 * Context of lines from queries, keys and values before the rotary embedding, in float64: the function that the backward
 * kernels differentiate.
 */
function lineAttentionReference(
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
