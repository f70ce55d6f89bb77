/** For tests: the ways an operation can be computed in Node. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "./tf.ts";
import { uninstallWasmKernels } from "./wasm/installWasmKernels.ts";
import { installWasmKernelsInNode } from "./wasm/loadNode.ts";

export const IMPLEMENTATIONS = [
  "stock operations on cpu",
  "stock operations on wasm",
  "WASM kernels",
] as const;

type Implementation = (typeof IMPLEMENTATIONS)[number];

/** Selects the implementation of the operations. */
export async function useImplementation(implementation: Implementation): Promise<void> {
  await tf.setBackend(implementation === "stock operations on cpu" ? "cpu" : "wasm");
  if (implementation === "WASM kernels") await installWasmKernelsInNode();
  else uninstallWasmKernels();
}
