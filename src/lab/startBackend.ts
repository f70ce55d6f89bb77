/** Starts the backend a user asks for: the same rules in a page's worker, on the command line and for users of the library. */
import type { Graphs } from "../model/openPolicy.ts";
import type { Gpu } from "../webgpu/device/device.ts";
import type { BackendChoice, BackendStart } from "../report/backend.ts";

/** A started backend. */
export interface StartedBackend {
  readonly report: BackendStart;
  /** The GPU that recorded graphs run on, or the reason why there are none. */
  readonly graphs: Graphs | string;
  /** Aborts, with an error as its reason, when the GPU reports an error or is lost: later results are invalid. */
  readonly fault: AbortSignal;
}

/** What the backends need of a platform. TensorFlow.js is imported only where its operations run. */
export interface Platform {
  /** Returns the adapter that WebGPU would use, or null if there is none. */
  readonly findAdapter: () => Promise<{ readonly name: string; readonly software: boolean } | null>;
  /** Opens WebGPU's device. Rejects with a sentence for the user if there is none. */
  readonly openGpu: () => Promise<Gpu>;
  readonly tuning: () => Omit<Graphs, "gpu">;
  /** Starts TensorFlow.js in plain JavaScript. */
  readonly useCpuOperations: () => Promise<void>;
  /** Starts TensorFlow.js on WASM; returns a description of the device. */
  readonly useWasmOperations: () => Promise<string>;
}

const NEEDS_WEBGPU = "recorded graphs need WebGPU";

/** The fault signal of backends that report no faults. */
export const NEVER = new AbortController().signal;

/** Starts the chosen backend; "auto" is WebGPU on a hardware adapter, else WASM. */
export async function startOn(platform: Platform, choice: BackendChoice): Promise<StartedBackend> {
  const { backend, reason } = await chooseBackend(choice, platform.findAdapter);
  const started = (
    device: string,
    graphs: StartedBackend["graphs"] = NEEDS_WEBGPU,
    fault = NEVER,
  ): StartedBackend => ({ report: { backend, device, reason }, graphs, fault });
  if (backend === "wasm") return started(await platform.useWasmOperations());
  if (backend === "cpu") {
    await platform.useCpuOperations();
    return started("plain JavaScript");
  }
  const gpu = await platform.openGpu();
  if (choice !== "webgpu-operations") return started(gpu.name, { gpu, ...platform.tuning() }, gpu.fault);
  const { useWebGpuOperations } = await import("../ops/webgpu.ts");
  await useWebGpuOperations(gpu.device);
  return started(gpu.name, "asked for", gpu.fault);
}

/** Returns the backend that a choice resolves to, and the reason; starts nothing. */
export async function chooseBackend(
  choice: BackendChoice,
  findAdapter: Platform["findAdapter"],
): Promise<Pick<BackendStart, "backend" | "reason">> {
  if (choice === "webgpu-operations") return { backend: "webgpu", reason: "asked for" };
  if (choice !== "auto") return { backend: choice, reason: "asked for" };
  const adapter = await findAdapter();
  if (adapter === null) return { backend: "wasm", reason: "there is no WebGPU adapter" };
  const { name, software } = adapter;
  return software
    ? { backend: "wasm", reason: `WebGPU is software here (${name}), slower than WASM` }
    : { backend: "webgpu", reason: "there is a hardware WebGPU adapter" };
}
