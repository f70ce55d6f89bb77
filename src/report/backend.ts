/** Backends, as users choose them and as files and the page report them. */

export type BackendName = "webgpu" | "wasm" | "cpu";

/** The choices, in the order a form lists them. */
export const BACKEND_CHOICES = ["auto", "webgpu", "webgpu-operations", "wasm", "cpu"] as const;

/**
 * A user's choice. "auto" is WebGPU on a hardware adapter, else WASM. "webgpu-operations" runs TensorFlow.js' operations
 * where "webgpu" runs recorded graphs, for comparison.
 */
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

export function isBackendChoice(value: unknown): value is BackendChoice {
  return BACKEND_CHOICES.some((choice) => choice === value);
}

/** The backend that was started, its device, and the reason for it. */
export interface BackendStart {
  readonly backend: BackendName;
  /** Adapter or instruction set, e.g. "NVIDIA H100" or the text of `wasmDevice`. */
  readonly device: string;
  /** The reason for this backend. */
  readonly reason: string;
}

/** The backend and the path that runs the model on it, as page, command line and the files of a run show them. */
export interface BackendReport extends BackendStart {
  readonly path: "recorded graphs" | "TensorFlow.js operations";
  /** The reason for this path. */
  readonly pathReason: string;
  /** The tuned kernels: one sentence for each that runs another variant than the default. */
  readonly tuning: readonly string[];
}

/** Describes the device of the WASM backend: SIMD, threads of the fused kernels, threads of TensorFlow.js' operations. */
export function wasmDevice(simd: boolean, kernelThreads: number, operationThreads: number): string {
  const threads = `${kernelThreads} thread${kernelThreads === 1 ? "" : "s"}`;
  const device = `${simd ? "SIMD" : "no SIMD"}, ${threads}`;
  if (operationThreads === kernelThreads) return device;
  return `${device} (${operationThreads} in TensorFlow.js' own operations)`;
}

/** The reason why WASM runs on one thread on some pages. */
export const NOT_ISOLATED = "threads need a cross-origin isolated page";
