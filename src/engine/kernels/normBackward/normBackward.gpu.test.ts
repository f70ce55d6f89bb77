import { test } from "vitest";
import { expectation, normals } from "../../../kernels/fixture.ts";
import { describeOnGpu, expectGradient, floats, ODD_SHAPE, runKernel, settingsFor } from "../../fixture.ts";
import { normReference } from "../../reference.ts";
import { normGradient } from "../normGradient/normGradient.ts";
import { normBackward } from "./normBackward.ts";

describeOnGpu("normBackward and normGradient", (gpu) => {
  test("agree with finite differences, and add to what is there", async () => {
    const { width, normEpsilon } = ODD_SHAPE;
    const [x, weights] = [normals(1, [5, width]), normals(2, [width])];
    const expected = expectation((a, b) => normReference(a, b, normEpsilon), [x, weights]);
    const residual = normals(3, [5, width]).data;
    const batch = settingsFor(5);
    const bound = { batch, x: floats(x.data), gradient: floats(expected.weights.data) };
    const offset = 2; // vectors of something else come first
    const written = await runKernel(gpu(), normBackward(width, normEpsilon, offset, true), 5, {
      ...bound,
      weights: floats([...new Float32Array(4 * offset), ...weights.data]),
      residual: floats(residual),
      inputGradient: new Float32Array(5 * width),
      scales: new Float32Array(5),
    });
    const withoutResidual = written["inputGradient"]!.map((value, i) => value - residual[i]!);
    expectGradient("x", withoutResidual, expected, 0);
    const { gradients } = await runKernel(gpu(), normGradient(width, offset), 5, {
      ...bound,
      scales: floats(written["scales"]!),
      gradients: new Float32Array(4 * offset + width).fill(1),
    });
    expectGradient(
      "weights",
      gradients!.subarray(4 * offset).map((value) => value - 1),
      expected,
      1,
    );
  });
});
