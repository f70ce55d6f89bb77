/** Backends in words. */
import type { BackendChoice, BackendName } from "../../store/settings.ts";

export const BACKEND_NAMES: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "Plain JavaScript",
};

/** What will happen at Start, before the worker has looked at the machine. */
export const BACKEND_WISHES: Readonly<Record<BackendChoice, string>> = {
  auto: "chosen at start: WebGPU on a graphics card, else WebAssembly",
  webgpu: "WebGPU, as set up",
  wasm: "WebAssembly, as set up",
  cpu: "Plain JavaScript, as set up; slow",
};
