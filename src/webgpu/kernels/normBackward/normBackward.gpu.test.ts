import { describe, expect, test } from "vitest";
import { expectation, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, expectGradient, floats, ODD_SHAPE, runKernel, settingsFor } from "../../fixture.ts";
import { normReference } from "../fixture.ts";
import { normBackward } from "./normBackward.ts";

const { width, normEpsilon } = ODD_SHAPE;

describeOnGpu("normBackward", (gpu) => {
  describe.each([1, 64] as const)("by teams of %i", (team) => {
    test("agrees with finite differences, and adds to what went past the norm", async () => {
      const [x, weights] = [normals(1, [5, width]), normals(2, [width])];
      const expected = expectation((a, b) => normReference(a, b, normEpsilon), [x, weights]);
      const residual = normals(3, [5, width]).data;
      const offset = 2; // vectors of something else come first
      const { inputGradient, scales } = await runKernel(
        gpu(),
        normBackward(width, normEpsilon, { offset, residual: true, team }),
        5,
        {
          batch: settingsFor(5),
          x: floats(x.data),
          gradient: floats(expected.weights.data),
          weights: floats([...new Float32Array(4 * offset), ...weights.data]),
          inputGradient: floats(residual),
          scales: new Float32Array(5),
        },
      );
      expectGradient(
        "x",
        inputGradient!.map((value, i) => value - residual[i]!),
        expected,
        0,
      );
      const normed = normReference(x.data, new Float64Array(width).fill(1), normEpsilon);
      for (const [line, scale] of scales!.entries())
        expect(scale / (normed[line * width]! / x.data[line * width]!)).toBeCloseTo(1, 5);
    });

    test("brings gradients of some lines to their places, and zeros to the others", async () => {
      const x = normals(1, [3, width]);
      const weights = normals(2, [width]);
      const both = Float64Array.of(...x.data.subarray(width, 3 * width)); // lines 1 and 2, scored the other way round
      const swapped = {
        shape: [2, width],
        data: Float64Array.of(...both.subarray(width), ...both.subarray(0, width)),
      };
      const expected = expectation((a) => normReference(a, weights.data, normEpsilon), [swapped]);
      const { inputGradient } = await runKernel(
        gpu(),
        normBackward(width, normEpsilon, { offset: 0, residual: false, team }),
        3,
        {
          batch: settingsFor(3),
          x: floats(x.data),
          gradient: floats(expected.weights.data),
          weights: floats(weights.data),
          places: Uint32Array.of(0, 2, 1),
          inputGradient: new Float32Array(3 * width).fill(7),
          scales: new Float32Array(3),
        },
      );
      const line = (i: number): Float32Array => inputGradient!.subarray(i * width, (i + 1) * width);
      expect(line(0).every((value) => value === 0)).toBe(true);
      expectGradient("scored lines", [...line(2), ...line(1)], expected, 0);
    });
  });
});
