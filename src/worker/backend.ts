/** Chooses and starts the TensorFlow.js backend of the worker, and says which one runs and why. */
import { setWasmPaths, getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import threadedSimdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import { describeAdapter, type AdapterDescription } from "../webgpu/device/adapter.ts";
import * as tf from "../ops/tf.ts";
import { installWasmKernels } from "../ops/wasm/installWasmKernels.ts";
import threadedKernels from "../ops/wasm/kernels-threaded.wasm?url";
import kernels from "../ops/wasm/kernels.wasm?url";
import { startThreadPool } from "../ops/wasm/startThreads.ts";
import { NOT_ISOLATED, wasmDevice } from "../report/backend.ts";
import type { BackendChoice } from "../report/backend.ts";
import { NEEDS_WEBGPU, NEVER, startChosen, type Started, type StartedBackend } from "../lab/startBackend.ts";
import { threadCount } from "./threadCount.ts";
import { tuningMemory } from "./tuningMemory.ts";

/** Milliseconds that measuring kernels may take of a start; the next start goes on with it. */
const TUNING_BUDGET = 1500;

/** Starts the backend the user asked for. */
export function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  return startChosen(choice, {
    findAdapter,
    start: { cpu: startCpu, wasm: startWasm, webgpu: startWebGpu },
  });
}

/** What the browser offers; absent on pages that are not served securely, whatever the type says. */
function webGpu(): GPU | undefined {
  return navigator.gpu;
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const adapter = await webGpu()?.requestAdapter({ powerPreference: "high-performance" });
  return adapter == null ? null : describeAdapter(adapter);
}

async function startCpu(): Promise<Started> {
  await activate("cpu");
  return { device: "plain JavaScript", graphs: NEEDS_WEBGPU, fault: NEVER };
}

async function startWebGpu(): Promise<Started> {
  const offered = webGpu();
  const { openGpu } = await import("../webgpu/device/device.ts"); // with TensorFlow.js' WebGPU backend, which WASM does not need
  const gpu = offered === undefined ? null : await openGpu(offered);
  if (gpu === null) {
    throw new Error(
      "WebGPU was asked for, but this browser offers no adapter: choose WASM, or enable WebGPU",
    );
  }
  const graphs = { gpu, memory: tuningMemory, tuningBudget: TUNING_BUDGET };
  return { device: gpu.name, graphs, fault: gpu.fault };
}

async function startWasm(): Promise<Started> {
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
  // No binary of TensorFlow.js has threads without SIMD.
  const operationThreads = simd === true && threads === true ? getThreadsCount() : 1;
  const kernelThreads = simd === true ? await installKernels() : 1;
  const device = wasmDevice(simd === true, kernelThreads, operationThreads);
  const single = crossOriginIsolated ? "" : `; ${NOT_ISOLATED}`;
  return { device: device + single, graphs: NEEDS_WEBGPU, fault: NEVER };
}

/** Installs the fused kernels, and says how many threads they run on. */
async function installKernels(): Promise<number> {
  const [plain, threaded] = await Promise.all([download(kernels), download(threadedKernels)]);
  const { pool } = await installWasmKernels(plain, threaded, (instance) =>
    startThreadPool(instance, threadCount()),
  );
  return pool.size;
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
