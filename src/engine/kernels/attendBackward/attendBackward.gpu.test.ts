import { test } from "vitest";
import { expectation, expectClose, normals } from "../../../kernels/fixture.ts";
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
import { ropeTable } from "../../ropeTable.ts";
import { attend } from "../attend/attend.ts";
import { rotated } from "../projectQkv/reference.ts";
import { attendBackwardKeys, attendBackwardQueries } from "./attendBackward.ts";
import { rowAttentionReference } from "./reference.ts";

describeOnGpu("attendBackward", (gpu) => {
  test.each([
    [3, 1],
    [4, 2],
  ])("agrees with finite differences over packed rows (%i heads, %i of keys)", async (heads, kvHeads) => {
    const shape = { ...ODD_SHAPE, heads, kvHeads };
    const { headDim, maxPositions, ropeTheta } = shape;
    const starts = [0, 4, 5];
    const positions = [0, 1, 2, 3, 0];
    const width = kvHeads * headDim;
    const inputs = [normals(1, [5, heads * headDim]), normals(2, [5, width]), normals(3, [5, width])];
    const expected = expectation(
      (queries, keys, values) => rowAttentionReference(queries, keys, values, starts, shape),
      inputs,
    );
    const [queries, keys, values] = inputs.map(({ data }) => data);
    const turn = (x: Float64Array): Float64Array => rotated(x, positions, headDim, ropeTheta);
    const side = (line: number, x: Float64Array): Float64Array =>
      x.subarray(line * width, (line + 1) * width);
    const turned = turn(keys!);
    const cache = positions.flatMap((_, line) => [...side(line, turned), ...side(line, values!)]);
    const rows = positions.map((position, line) => {
      const start = starts[line < 4 ? 0 : 1]!;
      return { position, write: line, prefixStart: start, prefixLength: position, suffixStart: line };
    });
    const contents = {
      batch: settingsFor(5),
      rows: statesOf(rows.map((row, line) => ({ ...row, end: line < 4 ? 4 : 5 }))),
      queries: floats(turn(queries!)),
      cache: floats(cache),
    };
    const forward = await runKernel(gpu(), attend(shape, true), 5, {
      ...contents,
      context: new Float32Array(5 * heads * headDim),
      totals: new Float32Array(5 * heads),
    });
    expectClose("context", forward["context"]!, expected.value, TOLERANCE);
    const kept = {
      ...contents,
      context: floats(forward["context"]!),
      totals: floats(forward["totals"]!),
      gradient: floats(expected.weights.data),
      rope: ropeTable(maxPositions, headDim, ropeTheta),
    };
    const { queryGradient } = await runKernel(gpu(), attendBackwardQueries(shape), 5, {
      ...kept,
      queryGradient: new Float32Array(5 * heads * headDim),
    });
    const { cacheGradient } = await runKernel(gpu(), attendBackwardKeys(shape), 5, {
      ...kept,
      cacheGradient: new Float32Array(5 * 2 * width),
    });
    const half = (second: number): number[] =>
      positions.flatMap((_, line) => [...side(2 * line + second, Float64Array.from(cacheGradient!))]);
    expectGradient("queries", queryGradient!, expected, 0);
    expectGradient("keys", half(0), expected, 1);
    expectGradient("values", half(1), expected, 2);
  });
});
