import { expect, test } from "vitest";
import { describeOnGpu, runKernel, settingsFor } from "../../fixture.ts";
import { gatherScored, scatterScored } from "./scored.ts";

describeOnGpu("scored lines", (gpu) => {
  test("are taken out of all lines in their order", async () => {
    const { scored } = await runKernel(gpu(), gatherScored(4), 2, {
      batch: settingsFor(2),
      lines: Uint32Array.of(2, 0),
      x: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      scored: new Float32Array(12),
    });
    expect([...scored!]).toEqual([9, 10, 11, 12, 1, 2, 3, 4, 0, 0, 0, 0]);
  });

  test("get their gradients back, and the other lines zeros", async () => {
    const { gradient } = await runKernel(gpu(), scatterScored(4), 3, {
      batch: settingsFor(3),
      places: Uint32Array.of(2, 0, 1),
      scoredGradient: Float32Array.of(9, 10, 11, 12, 1, 2, 3, 4),
      gradient: new Float32Array(12).fill(7),
    });
    expect([...gradient!]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 9, 10, 11, 12]);
  });
});
