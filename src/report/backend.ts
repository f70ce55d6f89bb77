/** What computed a run, in words. */

export type BackendName = "webgpu" | "wasm" | "cpu";

/** Which backend was started, on what, and why. */
export interface BackendStart {
  readonly backend: BackendName;
  /** Adapter or instruction set, e.g. "NVIDIA H100" or what `wasmDevice` says. */
  readonly device: string;
  /** Why this one and not another. */
  readonly reason: string;
}

/** The backend and what runs the model on it. Page, command line and a run's files all show it. */
export interface BackendReport extends BackendStart {
  readonly path: "recorded graphs" | "TensorFlow.js operations";
  /** Why this path and not the other. */
  readonly pathReason: string;
  /** Kernels that run in another variant than the plain one, in sentences. */
  readonly tuning: readonly string[];
}

/** What the WASM backend runs on: threads of the fused kernels, and of TensorFlow.js' own operations. */
export function wasmDevice(simd: boolean, kernelThreads: number, operationThreads: number): string {
  const threads = `${kernelThreads} thread${kernelThreads === 1 ? "" : "s"}`;
  const device = `${simd ? "SIMD" : "no SIMD"}, ${threads}`;
  if (operationThreads === kernelThreads) return device;
  return `${device} (${operationThreads} in TensorFlow.js' own operations)`;
}

/** Why WASM has one thread on some pages. */
export const NOT_ISOLATED = "threads need a cross-origin isolated page";
