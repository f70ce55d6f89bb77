/** Chooses the TensorFlow.js backend of a test. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "../kernels/tf.ts";
import { kernelsInstalled, uninstallWasmKernels } from "../kernels/wasm/installWasmKernels.ts";
import { installWasmKernelsInNode } from "../kernels/wasm/loadNode.ts";

export const TEST_BACKENDS = ["cpu", "wasm", "wasm with fused kernels"] as const;

export type TestBackend = (typeof TEST_BACKENDS)[number];

/** Makes `backend` the current one, with or without the fused kernels. */
export async function useBackend(backend: TestBackend): Promise<void> {
  const fused = backend === "wasm with fused kernels";
  await tf.setBackend(backend === "cpu" ? "cpu" : "wasm");
  if (fused) await installWasmKernelsInNode();
  else uninstallWasmKernels();
  if (kernelsInstalled() !== fused) throw new Error(`the fused kernels are ${fused ? "not " : ""}in use`);
}
