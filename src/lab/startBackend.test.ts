import { expect, test } from "vitest";
import type { BackendChoice } from "../report/backend.ts";
import type { Gpu } from "../webgpu/device/device.ts";
import { NEVER, startOn, type Platform } from "./startBackend.ts";

/** A GPU on which nothing runs. */
const GPU = { name: "a GPU", fault: NEVER } as Gpu;

/** A platform with the given adapter. */
function platformOn(adapter: { name: string; software: boolean } | null): Platform {
  return {
    findAdapter: () => Promise.resolve(adapter),
    openGpu: () => Promise.resolve(GPU),
    tuning: () => ({ memory: { read: () => null, write: () => undefined }, tuningBudget: 0 }) as never,
    useCpuOperations: () => Promise.resolve(),
    useWasmOperations: () => Promise.resolve("SIMD"),
  };
}

const HARDWARE = { name: "a GPU", software: false };
const SOFTWARE = { name: "SwiftShader", software: true };

test.each<[BackendChoice, typeof HARDWARE | null, string, RegExp]>([
  ["auto", HARDWARE, "webgpu", /hardware WebGPU/],
  ["auto", SOFTWARE, "wasm", /software here \(SwiftShader\)/],
  ["auto", null, "wasm", /no WebGPU adapter/],
  ["webgpu", SOFTWARE, "webgpu", /asked for/],
  ["wasm", HARDWARE, "wasm", /asked for/],
  ["cpu", HARDWARE, "cpu", /asked for/],
])("%s with the adapter %o is %s", async (choice, adapter, backend, reason) => {
  const { report } = await startOn(platformOn(adapter), choice);
  expect(report.backend).toBe(backend);
  expect(report.reason).toMatch(reason);
});

test("WebGPU runs recorded graphs on its device, WASM and cpu none", async () => {
  const platform = platformOn(HARDWARE);
  expect((await startOn(platform, "webgpu")).graphs).toMatchObject({ gpu: GPU, tuningBudget: 0 });
  expect(await startOn(platform, "wasm")).toMatchObject({
    report: { device: "SIMD" },
    graphs: "recorded graphs need WebGPU",
  });
  expect((await startOn(platform, "cpu")).report.device).toBe("plain JavaScript");
});
