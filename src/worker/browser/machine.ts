/** The hardware that a run in this browser would use, found without starting a backend. */
import { chooseBackend } from "../../lab/startBackend.ts";
import { WASM_BYTES, type Machine } from "../../model/memory/planMemory.ts";
import { sharesOf } from "../../ops/wasm/startThreads.ts";
import type { BackendChoice } from "../../report/backend.ts";
import { describeAdapter } from "../../webgpu/device/adapter.ts";
import { threadCount } from "./threadCount.ts";

export interface BrowserMachine {
  /** Backend and device. */
  readonly name: string;
  /** Null for backends without a memory plan. */
  readonly machine: Machine | null;
}

/** Returns the machine of a backend choice. */
export async function browserMachine(choice: BackendChoice): Promise<BrowserMachine> {
  const { gpu } = navigator as { readonly gpu?: GPU }; // absent on insecure pages
  const adapter = (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
  const described = adapter === null ? null : describeAdapter(adapter);
  const { backend } = await chooseBackend(choice, () => Promise.resolve(described));
  if (backend === "wasm") {
    const machine = { adapter: null, shares: sharesOf(threadCount()), memory: WASM_BYTES };
    return { name: `wasm, ${threadCount()} threads`, machine };
  }
  if (backend === "cpu" || choice === "webgpu-operations" || adapter === null || described === null)
    return { name: `${choice}, ${described?.name ?? "no adapter"}`, machine: null };
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const { software, name } = described;
  const limits = { maxBufferSize, maxStorageBufferBindingSize, software };
  return { name: `webgpu, ${name}`, machine: { adapter: limits, shares: 1, memory: null } };
}
