/** TensorFlow.js' operations in the worker, on WASM with the fused kernels or in plain JavaScript. */
import { setWasmPaths, getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import threadedSimdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import * as tf from "../../ops/tf.ts";
import { installWasmKernels } from "../../ops/wasm/installWasmKernels.ts";
import threadedKernels from "../../ops/wasm/kernels-threaded.wasm?url";
import kernels from "../../ops/wasm/kernels.wasm?url";
import { startThreadPool } from "../../ops/wasm/startThreads.ts";
import { NOT_ISOLATED, wasmDevice } from "../../report/backend.ts";
import { threadCount } from "./threadCount.ts";

/** Makes TensorFlow.js compute in plain JavaScript. */
export async function useCpuOperations(): Promise<void> {
  await activate("cpu");
}

/** Makes TensorFlow.js compute on WASM with the fused kernels; returns a description of the device. */
export async function useWasmOperations(): Promise<string> {
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
  return crossOriginIsolated ? device : `${device}; ${NOT_ISOLATED}`;
}

/** Installs the fused kernels; returns their number of threads. */
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
