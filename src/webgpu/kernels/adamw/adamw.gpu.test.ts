import { expect, test } from "vitest";
import { expectClose } from "../../../ops/fixture.ts";
import { describeOnGpu, floats, runKernel, TOLERANCE } from "../../fixture.ts";
import { adamw, norm, partialSums, squares } from "./adamw.ts";

/** Learning rate 0.1, betas 0.9 and 0.99, first step, weight decay 0.5, clip 6. */
const STEP = Float32Array.of(0.1, 0.9, 0.99, 0.1, 0.01, 1e-8, 6, 0.5);

describeOnGpu("adamw", (gpu) => {
  test.each([4, 4 * 4099])("takes the norm over all of %i numbers", async (size) => {
    const gradients = new Float32Array(size).fill(0.5);
    const { partial } = await runKernel(gpu(), squares(size), 0, {
      gradients,
      partial: new Float32Array(partialSums(size)).fill(7),
    });
    const result = await runKernel(gpu(), norm(size), 0, {
      step: STEP,
      partial: floats(partial!),
      norm: new Float32Array(2),
    });
    const expected = Math.sqrt(size / 4);
    expectClose("norm", result["norm"]!, [expected, Math.min(1, 6 / (expected + 1e-6))], TOLERANCE);
  });

  const step = (scale: number) =>
    runKernel(gpu(), adamw(4), 0, {
      step: STEP,
      norm: Float32Array.of(12, scale),
      gradients: Float32Array.of(2, -4, 6, 0),
      parameters: new Float32Array(4).fill(1),
      first: new Float32Array(4),
      second: new Float32Array(4),
    });

  test("moves by the learning rate first, decays apart from the gradient, and forgets it", async () => {
    const { parameters, first, second, gradients } = await step(0.5);
    expectClose("parameters", parameters!, [0.85, 1.05, 0.85, 0.95], TOLERANCE); // 1 - 0.1 * 0.5 -+ 0.1
    expectClose("first", first!, [0.1, -0.2, 0.3, 0], TOLERANCE);
    expectClose("second", second!, [0.01, 0.04, 0.09, 0], TOLERANCE);
    expect([...gradients!]).toEqual([0, 0, 0, 0]);
  });

  test("changes nothing but forgets the gradient when the norm was no number", async () => {
    const { parameters, first, second, gradients } = await step(0);
    expect([...parameters!]).toEqual([1, 1, 1, 1]);
    expect([...first!, ...second!, ...gradients!]).toEqual(Array.from({ length: 12 }, () => 0));
  });
});
