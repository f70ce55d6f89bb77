import { test } from "vitest";
import { expectClose, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, floats, ODD_SHAPE, runKernel, settingsFor, TOLERANCE } from "../../fixture.ts";
import { normReference, productReference } from "../fixture.ts";
import { normScored } from "./scored.ts";

describeOnGpu("normScored", (gpu) => {
  test.each([1, 64] as const)("takes scored lines out, normed and valued, by teams of %i", async (team) => {
    const { width, normEpsilon } = ODD_SHAPE;
    const [x, norm, weights] = [normals(1, [3, width]), normals(2, [width]), normals(3, [width])];
    const written = await runKernel(gpu(), normScored(ODD_SHAPE, { value: true, team }), 2, {
      batch: settingsFor(2),
      predictors: Uint32Array.of(2, 0),
      x: floats(x.data),
      norm: floats(norm.data),
      valueWeights: floats(weights.data),
      valueBias: Float32Array.of(0.5),
      normed: new Float32Array(3 * width).fill(7),
      values: new Float32Array(3).fill(7),
    });
    const all = normReference(x.data, norm.data, normEpsilon);
    const chosen = Float64Array.of(...all.subarray(2 * width), ...all.subarray(0, width));
    expectClose(
      "normed",
      written["normed"]!,
      [...chosen, ...Array.from({ length: width }, () => 7)],
      TOLERANCE,
    );
    const values = productReference(chosen, weights.data, width).map((value) => value + 0.5);
    expectClose("values", written["values"]!, [...values, 7], TOLERANCE);
  });
});
