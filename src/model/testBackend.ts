/** Chooses the TensorFlow.js backend of a test. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "../kernels/tf.ts";
import { uninstallWasmKernels } from "../kernels/wasm/installWasmKernels.ts";
import { installWasmKernelsInNode } from "../kernels/wasm/loadNode.ts";

export type TestBackend = "cpu" | "wasm" | "wasm with fused kernels";

/** Makes `backend` the current one, with or without the fused kernels. */
export async function useBackend(backend: TestBackend): Promise<void> {
  await tf.setBackend(backend === "cpu" ? "cpu" : "wasm");
  if (backend === "wasm with fused kernels") await installWasmKernelsInNode();
  else uninstallWasmKernels();
}
