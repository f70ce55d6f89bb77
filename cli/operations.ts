/** TensorFlow.js' operations in Node, on WASM with the fused kernels or in plain JavaScript. */
import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../src/ops/tf.ts";
import { installWasmKernelsInNode } from "../src/ops/wasm/loadNode.ts";
import { wasmDevice } from "../src/report/backend.ts";
import { InputError } from "./inputError.ts";

/** Makes TensorFlow.js compute in plain JavaScript. */
export async function useCpuOperations(): Promise<void> {
  await activate("cpu");
}

/** Makes TensorFlow.js compute on WASM with the fused kernels; returns a description of the device. */
export async function useWasmOperations(): Promise<string> {
  const [simd, multithreaded] = await Promise.all([
    tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"),
    tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"),
  ]);
  if (simd !== true) throw new InputError("this Node has no WASM SIMD: update it, or take --backend cpu");
  await activate("wasm");
  await installWasmKernelsInNode();
  return wasmDevice(true, 1, multithreaded === true ? getThreadsCount() : 1);
}

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend did not start`);
  await tf.ready();
}
