import { expect, test } from "vitest";
import { describeOnGpu, runKernel, settingsFor } from "../../fixture.ts";
import { embeddingGradient } from "./embeddingGradient.ts";

describeOnGpu("embeddingGradient", (gpu) => {
  test("adds up the lines of each token, and to what is there", async () => {
    const { gradients } = await runKernel(gpu(), embeddingGradient(4), 2, {
      batch: settingsFor(2),
      tokens: Uint32Array.of(2, 0, 2, 0, 2, 3), // token 2: lines 0 and 2; token 0: line 1
      lines: Uint32Array.of(0, 2, 1),
      gradient: Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8),
      gradients: new Float32Array(12).fill(1),
    });
    expect([...gradients!]).toEqual([11, 21, 31, 41, 1, 1, 1, 1, 7, 9, 11, 13]);
  });
});
