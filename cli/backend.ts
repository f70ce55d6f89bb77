/** Starts the backend of a command in Node and reports which one runs, on which device and why. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { openGpu, type Gpu } from "../src/webgpu/device/device.ts";
import {
  NEEDS_WEBGPU,
  NEVER,
  OPERATIONS_CHOSEN,
  startChosen,
  type Started,
  type StartedBackend,
} from "../src/lab/startBackend.ts";
import type { BackendChoice } from "../src/report/backend.ts";
import { InputError } from "./inputError.ts";
import { tuningMemory } from "./files/tuningMemory.ts";

const NO_ADAPTER =
  "no WebGPU adapter was found: install a Vulkan driver and its loader (libvulkan.so.1), point VK_ICD_FILENAMES at " +
  "the driver's .json, or take --backend wasm";

/** Starts the chosen backend. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  return startChosen(choice, {
    findAdapter: () => Promise.resolve(probeAdapter()),
    start: {
      cpu: startCpu,
      wasm: startWasm,
      webgpu: startGraphs,
      "webgpu-operations": startOperations,
    },
  });
}

const adapterReport = z.nullable(
  z.object({
    name: z.string(),
    software: z.boolean(),
    maxBufferSize: z.number(),
    maxStorageBufferBindingSize: z.number(),
  }),
);

/** The adapter that WebGPU would use; null if there is none, or no Dawn for this platform. */
export function probeAdapter(): z.infer<typeof adapterReport> {
  const program = fileURLToPath(new URL("./probeAdapter.mjs", import.meta.url));
  try {
    const stdout = execFileSync(process.execPath, [program], { stdio: ["ignore", "pipe", "ignore"] });
    return adapterReport.parse(JSON.parse(stdout.toString()));
  } catch {
    return null; // a machine that cannot run the probe cannot run WebGPU
  }
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
  // Every kernel is measured at the first start: later starts then run the same variants and give the same numbers.
  const graphs = { gpu, memory: tuningMemory(), tuningBudget: Infinity };
  return { device: gpu.name, graphs, fault: gpu.fault };
}

async function startOperations(): Promise<Started> {
  const { device, name, fault } = await startGpu();
  const { useWebGpuOperations } = await import("../src/ops/webgpu.ts");
  await useWebGpuOperations(device);
  return { device: name, graphs: OPERATIONS_CHOSEN, fault };
}

async function startGpu(): Promise<Gpu> {
  if (probeAdapter() === null) throw new InputError(NO_ADAPTER);
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals); // GPUBufferUsage and the like, as a browser has them
  const offered = create([]);
  // Where TensorFlow.js looks for it; also keeps Dawn from being garbage collected while its device is in use.
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: offered, userAgent: "node" },
    configurable: true,
  });
  const gpu = await openGpu(offered);
  if (gpu === null) throw new InputError(NO_ADAPTER);
  return gpu;
}
