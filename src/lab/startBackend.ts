/** Starts the backend a user asks for: the same rules in a page's worker, on the command line and for users of the library. */
import type { Graphs } from "../model/openPolicy.ts";
import type { BackendChoice, BackendName, BackendStart } from "../report/backend.ts";

/** A started backend. */
export interface StartedBackend {
  readonly report: BackendStart;
  /** The GPU that recorded graphs run on, or the reason why there are none. */
  readonly graphs: Graphs | string;
  /** Aborts, with an error as its reason, when the GPU reports an error or is lost: later results are invalid. */
  readonly fault: AbortSignal;
}

/** A started backend before its report is complete. */
export type Started = Omit<StartedBackend, "report"> & { readonly device: string };

/** The functions that start each backend on a platform. */
export interface BackendStarters {
  /** Returns the adapter that WebGPU would use, or null if there is none. */
  readonly findAdapter: () => Promise<{ readonly name: string; readonly software: boolean } | null>;
  readonly start: Readonly<Record<BackendName | "webgpu-operations", () => Promise<Started>>>;
}

/** The reason why WASM and cpu have no recorded graphs. */
export const NEEDS_WEBGPU = "recorded graphs need WebGPU";

/** The reason why the choice "webgpu-operations" has no recorded graphs. */
export const OPERATIONS_CHOSEN = "asked for";

/** The fault signal of backends that report no faults. */
export const NEVER = new AbortController().signal;

/** Starts the chosen backend; "auto" is WebGPU on a hardware adapter, else WASM. */
export async function startChosen(
  choice: BackendChoice,
  { findAdapter, start }: BackendStarters,
): Promise<StartedBackend> {
  const { backend, reason } = await chooseBackend(choice, findAdapter);
  const { device, graphs, fault } = await start[choice === "webgpu-operations" ? choice : backend]();
  return { report: { backend, device, reason }, graphs, fault };
}

/** Returns the backend that a choice resolves to, and the reason; starts nothing. */
export async function chooseBackend(
  choice: BackendChoice,
  findAdapter: BackendStarters["findAdapter"],
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
