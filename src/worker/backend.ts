/** Chooses and starts the TensorFlow.js backend of the worker, and says which one runs and why. */
import { setWasmPaths, getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import threadedSimdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "../kernels/tf.ts";
import { installWasmKernels } from "../kernels/wasm/installWasmKernels.ts";
import threadedKernels from "../kernels/wasm/kernels-threaded.wasm?url";
import kernels from "../kernels/wasm/kernels.wasm?url";
import { wasmDevice, type BackendReport } from "../report/backend.ts";
import type { BackendChoice } from "./protocol.ts";

/** A started backend. */
export interface StartedBackend {
  readonly report: BackendReport;
  /** Calls back when the GPU reports an error or is lost; results after that cannot be trusted. */
  readonly onFault: (listener: (message: string) => void) => void;
}

/** What the browser offers in the way of WebGPU. */
interface Adapter {
  readonly name: string;
  readonly software: boolean;
}

/** Starts the backend the user asked for, or for "auto" hardware WebGPU, else WASM. */
export async function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  const adapter = await findAdapter();
  if (choice === "webgpu" && adapter === null) {
    throw new Error(
      "WebGPU was asked for, but this browser offers no adapter: choose WASM, or enable WebGPU",
    );
  }
  if (choice === "webgpu" || (choice === "auto" && adapter !== null && !adapter.software)) {
    const reason = choice === "webgpu" ? "chosen by you" : "hardware WebGPU is available";
    return startWebGpu(adapter?.name ?? "", reason);
  }
  if (choice === "cpu") {
    await activate("cpu");
    return {
      report: { backend: "cpu", device: "plain JavaScript", reason: "chosen by you" },
      onFault: () => {},
    };
  }
  return startWasm(choice === "wasm" ? "chosen by you" : whyNotWebGpu(adapter));
}

function whyNotWebGpu(adapter: Adapter | null): string {
  return adapter === null
    ? "this browser offers no WebGPU adapter"
    : `WebGPU runs in software here (${adapter.name}), which is slower than WASM`;
}

async function findAdapter(): Promise<Adapter | null> {
  // Absent on pages that are not served securely, whatever the type says.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter == null) return null;
  const { vendor, architecture, description } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  return {
    name,
    software: adapter.info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${name} ${architecture}`),
  };
}

async function startWebGpu(device: string, reason: string): Promise<StartedBackend> {
  await import("@tensorflow/tfjs-backend-webgpu");
  await activate("webgpu");
  const gpu = (tf.backend() as WebGPUBackend).device; // the backend just activated
  const onFault = (listener: (message: string) => void): void => {
    gpu.addEventListener("uncapturederror", (event) =>
      listener(`the GPU reported an error: ${event.error.message}`),
    );
    void gpu.lost.then((info) =>
      listener(`the GPU was lost (${info.message || info.reason}); reload the page`),
    );
  };
  return { report: { backend: "webgpu", device, reason }, onFault };
}

async function startWasm(reason: string): Promise<StartedBackend> {
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plainWasm,
    "tfjs-backend-wasm-simd.wasm": simdWasm,
    "tfjs-backend-wasm-threaded-simd.wasm": threadedSimdWasm,
  });
  const [simd, threads] = await Promise.all([
    tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"),
    tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"),
  ]);
  await activate("wasm");
  if (simd === true) await installWasmKernels(await download(kernels), await download(threadedKernels));
  const stockThreads = simd === true && threads === true ? getThreadsCount() : 1; // no binary has threads alone
  const device = wasmDevice(simd === true, stockThreads);
  return { report: { backend: "wasm", device, reason }, onFault: () => {} };
}

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend)))
    throw new Error(`the ${backend} backend did not start in this browser`);
  await tf.ready();
}

async function download(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url} could not be loaded (status ${response.status}); reload the page`);
  return response.arrayBuffer();
}
