import { expect, test } from "vitest";
import { openGpu } from "./device.ts";
import { describeOnGpu } from "../fixture.ts";

describeOnGpu("the GPU", (gpu) => {
  test("has every feature and limit that the adapter offers", async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const { device } = gpu();
    for (const feature of ["shader-f16", "subgroups", "timestamp-query"])
      expect(device.features.has(feature)).toBe(adapter!.features.has(feature));
    const { maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter!.limits;
    expect(device.limits).toMatchObject({ maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage });
  });

  test("is at fault as soon as it reports an error", async () => {
    const other = await openGpu(navigator.gpu);
    other!.device.createShaderModule({ code: "not WGSL" });
    await other!.device.queue.onSubmittedWorkDone();
    expect(String(other!.fault.reason)).toContain("the GPU reported an error");
    expect(() => other!.fault.throwIfAborted()).toThrow();
  });
});
