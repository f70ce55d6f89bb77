/** Backends in words. */
import type { BackendChoice, BackendName } from "../../store/setup/settings.ts";

export const BACKEND_NAMES: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "Plain JavaScript",
};

/** What can be chosen. */
export const BACKEND_OPTIONS: Readonly<Record<BackendChoice, string>> = {
  ...BACKEND_NAMES,
  auto: "Automatic",
  "webgpu-operations": "WebGPU without recorded graphs (slow)",
};

/** What will happen at Start, before the worker has looked at the machine. */
export const BACKEND_WISHES: Readonly<Record<BackendChoice, string>> = {
  auto: "chosen at start: WebGPU on a graphics card, else WebAssembly",
  webgpu: "WebGPU, as set up",
  "webgpu-operations": "WebGPU without recorded graphs, as set up; slow",
  wasm: "WebAssembly, as set up",
  cpu: "Plain JavaScript, as set up; slow",
};
