import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, floats, runKernel, settingsFor, TOLERANCE } from "../../fixture.ts";
import { read } from "../../recording/kernel.ts";
import { addLineSums, LINE_SHARES, lineSums, termVectors } from "./lineSums.ts";

describeOnGpu("lineSums", (gpu) => {
  // Fewer lines than shares, and more, which no share gets as many of as another.
  test.each([3, 2 * LINE_SHARES + 5])(
    "adds up %i lines, each sum at its place among the gradients",
    async (lines) => {
      const [x, y] = [normals(1, [lines, 8]), normals(2, [lines, 4])];
      const terms = [
        { vectors: 2, text: "x[line * 2u + column]" },
        { vectors: 1, text: "2.0 * y[line]" },
      ];
      const bindings = { x: read("array<vec4f>"), y: read("array<vec4f>") };
      const { shares } = await runKernel(gpu(), lineSums(bindings, terms), lines, {
        batch: settingsFor(lines),
        x: floats(x.data),
        y: floats(y.data),
        shares: new Float32Array(LINE_SHARES * termVectors(terms) * 4).fill(7),
      });
      const { gradients } = await runKernel(gpu(), addLineSums(3), 0, {
        sums: Uint32Array.of(0, 3, 2, 1, 3, 0, 2, 3, 1), // first share, distance, place
        shares: floats(shares!),
        gradients: new Float32Array(16).fill(1),
      });
      const sum = (data: Float64Array, width: number, column: number): number =>
        data.reduce((total, value, i) => (i % width === column ? total + value : total), 0);
      const at = (column: number): number => 1 + sum(x.data, 8, column);
      const fours = [0, 1, 2, 3];
      const expected = [
        ...fours.map((i) => at(4 + i)),
        ...fours.map((i) => 1 + 2 * sum(y.data, 4, i)),
        ...fours.map((i) => at(i)),
        ...fours.map(() => 1),
      ];
      expectClose("gradients", gradients!, expected, TOLERANCE);
    },
  );
});
