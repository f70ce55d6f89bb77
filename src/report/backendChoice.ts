/** Which backend is asked for, and which one that starts: the same rules in the page's worker and on the command line. */
import type { BackendName, BackendStart } from "./backend.ts";

/** In the order a form offers them. */
export const BACKEND_CHOICES = ["auto", "webgpu", "webgpu-operations", "wasm", "cpu"] as const;

/**
 * What the user asks for; "auto" takes hardware WebGPU, else WASM. "webgpu-operations" runs TensorFlow.js' operations
 * where "webgpu" runs recorded graphs, to compare the two.
 */
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

export function isBackendChoice(value: unknown): value is BackendChoice {
  return BACKEND_CHOICES.some((choice) => choice === value);
}

/** A started backend; `Graphs` is what recorded graphs need. */
export interface StartedBackend<Graphs> {
  readonly report: BackendStart;
  /** What recorded graphs run on, or why there are none. */
  readonly graphs: Graphs | string;
  /** Aborts, with an error as its reason, when the GPU reports one or is lost: nothing after that can be trusted. */
  readonly fault: AbortSignal;
}

/** A backend's device, and what else it brings. */
export type Started<Graphs> = Omit<StartedBackend<Graphs>, "report"> & { readonly device: string };

/** How each backend starts where the program runs. */
export interface BackendStarters<Graphs> {
  /** The adapter that WebGPU would run on; null where there is none. */
  readonly findAdapter: () => Promise<{ readonly name: string; readonly software: boolean } | null>;
  readonly start: Readonly<Record<BackendName, () => Promise<Started<Graphs>>>>;
}

/** Why no recorded graphs run on the backends that have none. */
export const NEEDS_WEBGPU = "recorded graphs need WebGPU";

/** For backends that report no faults. */
export const NEVER = new AbortController().signal;

/** Starts the backend asked for; "auto" takes WebGPU on a hardware adapter, else WASM. */
export async function startChosen<Graphs>(
  choice: BackendChoice,
  { findAdapter, start }: BackendStarters<Graphs>,
): Promise<StartedBackend<Graphs>> {
  const { backend, reason } = await chooseBackend(choice, findAdapter);
  const { device, graphs, fault } = await start[backend]();
  const report = { backend, device, reason };
  return { report, graphs: choice === "webgpu-operations" ? reason : graphs, fault };
}

/** Which backend a choice comes to, and why; starts nothing. */
export async function chooseBackend<Graphs>(
  choice: BackendChoice,
  findAdapter: BackendStarters<Graphs>["findAdapter"],
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
