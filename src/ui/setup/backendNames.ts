/** Display names of the backends. */
import type { BackendChoice, BackendName } from "../../store/setup/settings.ts";

export const BACKEND_NAMES: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "Plain JavaScript",
};

export const BACKEND_OPTIONS: Readonly<Record<BackendChoice, string>> = {
  ...BACKEND_NAMES,
  auto: "Automatic",
  cpu: "Plain JavaScript (slow)",
  "webgpu-operations": "WebGPU with TensorFlow.js (slow)",
};
