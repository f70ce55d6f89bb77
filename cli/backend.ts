/** Starts the TensorFlow.js backend of a command in Node, and says which one runs, on what, and why. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import * as tf from "../src/ops/tf.ts";
import { wasmDevice } from "../src/report/backend.ts";
import type { BackendChoice } from "../src/report/backend.ts";
import {
  NEEDS_WEBGPU,
  NEVER,
  startChosen,
  type Started,
  type StartedBackend,
} from "../src/lab/startBackend.ts";
import { InputError } from "./inputError.ts";
import { tuningMemory } from "./files/tuningMemory.ts";

const NO_ADAPTER =
  "no WebGPU adapter was found: install a Vulkan driver and its loader (libvulkan.so.1), point VK_ICD_FILENAMES at " +
  "the driver's .json, or take --backend wasm";

/** Starts the backend asked for. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  tf.env().set("PROD", true); // its one effect is to silence TensorFlow.js' banner and advice
  return startChosen(choice, {
    findAdapter: () => Promise.resolve(probeAdapter()),
    start: { cpu: startCpu, wasm: startWasm, webgpu: startWebGpu },
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

/** The adapter that WebGPU would run on; null where there is none, or no Dawn for this machine. */
export function probeAdapter(): z.infer<typeof adapterReport> {
  const program = fileURLToPath(new URL("./probeAdapter.mjs", import.meta.url));
  try {
    const stdout = execFileSync(process.execPath, [program], { stdio: ["ignore", "pipe", "ignore"] });
    return adapterReport.parse(JSON.parse(stdout.toString()));
  } catch {
    return null; // a probe that cannot run is a machine that cannot run WebGPU
  }
}

async function startCpu(): Promise<Started> {
  await activate("cpu");
  return { device: "plain JavaScript", graphs: NEEDS_WEBGPU, fault: NEVER };
}

async function startWasm(): Promise<Started> {
  const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  const { installWasmKernelsInNode } = await import("../src/ops/wasm/loadNode.ts");
  const [simd, multithreaded] = await Promise.all([
    tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"),
    tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"),
  ]);
  if (simd !== true) throw new InputError("this Node has no WASM SIMD: update it, or take --backend cpu");
  await activate("wasm");
  await installWasmKernelsInNode();
  const device = wasmDevice(true, 1, multithreaded === true ? getThreadsCount() : 1);
  return { device, graphs: NEEDS_WEBGPU, fault: NEVER };
}

async function startWebGpu(): Promise<Started> {
  if (probeAdapter() === null) throw new InputError(NO_ADAPTER);
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals); // GPUBufferUsage and the like, as a browser has them
  const offered = create([]);
  // Where TensorFlow.js looks for it, and what keeps Dawn from being collected while it works.
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: offered, userAgent: "node" },
    configurable: true,
  });
  const { openGpu } = await import("../src/webgpu/device/device.ts"); // its backend needs those globals
  const gpu = await openGpu(offered);
  if (gpu === null) throw new InputError(NO_ADAPTER);
  // All kernels are measured at the first start: those after it then run the same ones, and give the same numbers.
  const graphs = { gpu, memory: tuningMemory(), tuningBudget: Infinity };
  return { device: gpu.name, graphs, fault: gpu.fault };
}

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend did not start`);
  await tf.ready();
}
