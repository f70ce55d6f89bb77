/** Starts the backend of the worker and reports which one runs, on which device and why. */
import { describeAdapter, type AdapterDescription } from "../../webgpu/device/adapter.ts";
import { openGpu, type Gpu } from "../../webgpu/device/device.ts";
import { startOn, type StartedBackend } from "../../lab/startBackend.ts";
import type { BackendChoice } from "../../report/backend.ts";
import { tuningMemory } from "./tuningMemory.ts";

/** Milliseconds of a start spent on measuring kernels; the next start measures the rest. */
const TUNING_BUDGET = 1500;

/** Starts the chosen backend. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  return startOn(
    {
      findAdapter,
      openGpu: openBrowserGpu,
      tuning: () => ({ memory: tuningMemory, tuningBudget: TUNING_BUDGET }),
      useCpuOperations: async () => (await import("./operations.ts")).useCpuOperations(),
      useWasmOperations: async () => (await import("./operations.ts")).useWasmOperations(),
    },
    choice,
  );
}

/** The browser's WebGPU; undefined on pages without a secure context, which its type ignores. */
function webGpu(): GPU | undefined {
  return navigator.gpu;
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const adapter = await webGpu()?.requestAdapter({ powerPreference: "high-performance" });
  return adapter == null ? null : describeAdapter(adapter);
}

async function openBrowserGpu(): Promise<Gpu> {
  const offered = webGpu();
  const gpu = offered === undefined ? null : await openGpu(offered);
  if (gpu !== null) return gpu;
  throw new Error("WebGPU was asked for, but this browser offers no adapter: choose WASM, or enable WebGPU");
}
