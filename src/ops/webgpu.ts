import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "./tf.ts";

/** Makes TensorFlow.js compute on a WebGPU device. Rejects if its backend does not start. */
export async function useWebGpuOperations(device: GPUDevice): Promise<void> {
  if (tf.getBackend() === "webgpu" && (tf.backend() as WebGPUBackend).device === device) return;
  // Importing the backend may have registered it on a device of its own.
  if (tf.engine().backendNames().includes("webgpu")) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, device.adapterInfo));
  if (!(await tf.setBackend("webgpu"))) throw new Error("the WebGPU backend of TensorFlow.js did not start");
  await tf.ready();
}
