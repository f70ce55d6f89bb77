/** Starts the backend of the worker and reports which one runs, on which device and why. */
import { describeAdapter, type AdapterDescription } from "../../webgpu/device/adapter.ts";
import { openGpu, type Gpu } from "../../webgpu/device/device.ts";
import {
  NEEDS_WEBGPU,
  NEVER,
  OPERATIONS_CHOSEN,
  startChosen,
  type Started,
  type StartedBackend,
} from "../../lab/startBackend.ts";
import type { BackendChoice } from "../../report/backend.ts";
import { tuningMemory } from "./tuningMemory.ts";

/** Milliseconds of a start spent on measuring kernels; the next start measures the rest. */
const TUNING_BUDGET = 1500;

/** Starts the chosen backend. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  return startChosen(choice, {
    findAdapter,
    start: {
      cpu: startCpu,
      wasm: startWasm,
      webgpu: startGraphs,
      "webgpu-operations": startOperations,
    },
  });
}

/** The browser's WebGPU; undefined on pages without a secure context, which its type ignores. */
function webGpu(): GPU | undefined {
  return navigator.gpu;
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const adapter = await webGpu()?.requestAdapter({ powerPreference: "high-performance" });
  return adapter == null ? null : describeAdapter(adapter);
}

async function startCpu(): Promise<Started> {
  const { useCpuOperations } = await import("./operations.ts");
  await useCpuOperations();
  return { device: "plain JavaScript", graphs: NEEDS_WEBGPU, fault: NEVER };
}

async function startWasm(): Promise<Started> {
  const { useWasmOperations } = await import("./operations.ts");
  return { device: await useWasmOperations(), graphs: NEEDS_WEBGPU, fault: NEVER };
}

async function startGraphs(): Promise<Started> {
  const gpu = await startGpu();
  const graphs = { gpu, memory: tuningMemory, tuningBudget: TUNING_BUDGET };
  return { device: gpu.name, graphs, fault: gpu.fault };
}

async function startOperations(): Promise<Started> {
  const { device, name, fault } = await startGpu();
  const { useWebGpuOperations } = await import("../../ops/webgpu.ts");
  await useWebGpuOperations(device);
  return { device: name, graphs: OPERATIONS_CHOSEN, fault };
}

async function startGpu(): Promise<Gpu> {
  const offered = webGpu();
  const gpu = offered === undefined ? null : await openGpu(offered);
  if (gpu !== null) return gpu;
  throw new Error("WebGPU was asked for, but this browser offers no adapter: choose WASM, or enable WebGPU");
}
