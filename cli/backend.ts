/** Starts the backend of a command in Node and reports which one runs, on which device and why. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { openGpu, type Gpu } from "../src/webgpu/device/device.ts";
import { startOn, type StartedBackend } from "../src/lab/startBackend.ts";
import type { BackendChoice } from "../src/report/backend.ts";
import { InputError } from "./inputError.ts";
import { tuningMemory } from "./files/tuningMemory.ts";

const NO_ADAPTER =
  "no WebGPU adapter was found: install a Vulkan driver and its loader (libvulkan.so.1), point VK_ICD_FILENAMES at " +
  "the driver's .json, or take --backend wasm";

/** Starts the chosen backend. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  return startOn(
    {
      findAdapter: () => Promise.resolve(probeAdapter()),
      openGpu: openDawn,
      // Every kernel is measured at the first start: later starts then run the same variants and give the same numbers.
      tuning: () => ({ memory: tuningMemory(), tuningBudget: Infinity }),
      useCpuOperations: async () => (await import("./operations.ts")).useCpuOperations(),
      useWasmOperations: async () => (await import("./operations.ts")).useWasmOperations(),
    },
    choice,
  );
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

async function openDawn(): Promise<Gpu> {
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
