import { test } from "vitest";
import { expectation, expectClose, normals } from "../../../kernels/fixture.ts";
import {
  describeOnGpu,
  expectGradient,
  floats,
  ODD_SHAPE,
  runKernel,
  settingsFor,
  TOLERANCE,
} from "../../fixture.ts";
import { transpose } from "../../parameterLayout.ts";
import { productReference } from "../../reference.ts";
import { headReference } from "../head/reference.ts";
import { headInputGradient, headMatrixGradient } from "./headBackward.ts";

describeOnGpu("headBackward", (gpu) => {
  const { width, vocabulary, normEpsilon } = ODD_SHAPE;
  const [x, norm, matrix] = [normals(1, [5, width]), normals(2, [width]), normals(3, [vocabulary, width])];

  test("agrees with float64 on what goes back to the normed input", async () => {
    const gradient = normals(4, [5, vocabulary]).data;
    const { inputGradient } = await runKernel(gpu(), headInputGradient(width, vocabulary), 5, {
      batch: settingsFor(5),
      logits: floats(gradient, 8 * vocabulary),
      matrix: floats(matrix.data),
      inputGradient: new Float32Array(8 * width),
    });
    const turned = Float64Array.from(transpose(floats(matrix.data), vocabulary, width));
    const expected = productReference(gradient, turned, vocabulary);
    expectClose("input", inputGradient!.subarray(0, 5 * width), expected, TOLERANCE);
  });

  test("agrees with finite differences on the matrix, and adds to what is there", async () => {
    const expected = expectation(
      (weights) => headReference(x.data, norm.data, weights, normEpsilon),
      [matrix],
    );
    const scales = Float32Array.from({ length: 5 }, (_, line) => {
      const own = x.data.subarray(line * width, (line + 1) * width);
      return 1 / Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / width + normEpsilon);
    });
    const { gradients } = await runKernel(gpu(), headMatrixGradient(width, vocabulary), 5, {
      batch: settingsFor(5),
      logits: floats(expected.weights.data),
      x: floats(x.data),
      scales,
      norm: floats(norm.data),
      gradients: new Float32Array(vocabulary * width).fill(1),
    });
    expectGradient(
      "matrix",
      gradients!.map((value) => value - 1),
      expected,
      0,
    );
  });
});
