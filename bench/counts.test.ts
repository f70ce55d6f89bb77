import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeOnGpu } from "../src/webgpu/fixture.ts";
import { loadFixture } from "../src/model/fixture.ts";
import { countCalls } from "./counts.ts";

function count(env: NodeJS.ProcessEnv) {
  const args = ["--import", "tsx", join(import.meta.dirname, "count.ts"), "--json"];
  return spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, ...env } });
}

describeOnGpu("counts", (gpu) => {
  test("stay within the limits per token and training step", async () => {
    const { config, weights } = loadFixture("tiny-qwen2");
    const counts = await countCalls(gpu(), config, weights);
    const { layers } = config;
    expect(counts.layers).toBe(layers);
    expect(counts.dispatchesPerToken).toBe(5 * layers + 3);
    expect(counts.submitsPerToken).toBe(1 / 8);
    expect(counts.hostReadsPerToken).toBe(1 / 8);
    expect(counts.steadyStateCreations).toBe(0);
    expect(counts.dispatchesPerTrainMicroBatch).toBeLessThanOrEqual(20 * layers + 12);
    expect(counts.dispatchesPerTrainMicroBatch).toBeGreaterThan(10 * layers);
    expect(counts.dispatchesPerTrainMicroBatchWithRecompute).toBeLessThanOrEqual(26 * layers + 12);
    expect(counts.optimizerDispatches).toBe(3);
    // Every layer's input, and one layer's results; scratch memory is shared in units of 256 bytes.
    const { width, heads, kvHeads, headDim, hiddenWidth } = config;
    const oneLayer = 2 * width + 2 * (heads + 2 * kvHeads) * headDim + 5 * hiddenWidth + heads;
    expect(counts.activationBytesPerToken).toBeLessThanOrEqual(1.05 * 4 * (layers * width + oneLayer));
    expect(counts.activationBytesPerTokenWithoutRecompute).toBeGreaterThan(counts.activationBytesPerToken);
  });

  test("are one line of JSON about the embedded default model, and nothing else on standard output", () => {
    const { status, stdout } = count({});
    expect(status).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ layers: 4, dispatchesPerToken: 23, optimizerDispatches: 3 });
  });
});

describe("without an adapter", () => {
  test.runIf(process.platform === "linux")("counting fails and names what to install", () => {
    const { status, stdout, stderr } = count({ VK_ICD_FILENAMES: "/nonexistent.json" });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("no WebGPU adapter was found. Install a Vulkan driver");
  });
});
