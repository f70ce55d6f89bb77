import type { KernelExports } from "./exports.ts";

export type KernelName = keyof KernelExports;

/** Runs several calls of one kernel on disjoint outputs. */
export interface ThreadPool {
  /** Number of threads. */
  readonly size: number;
  /** Maximum number of calls of `run`. */
  readonly shares: number;
  /** Results of the calls, 0 for kernels without a result. */
  run<Name extends KernelName>(name: Name, calls: readonly Parameters<KernelExports[Name]>[]): number[];
  dispose(): void;
}

/** The WASM instance a pool runs. */
export interface WasmInstance {
  readonly call: KernelExports;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

type AnyKernel = (...args: readonly number[]) => number | undefined;

/** Calls a kernel with a list of arguments. */
export function callKernel(call: KernelExports, name: KernelName, args: readonly number[]): number {
  const kernels = call as unknown as Record<KernelName, AnyKernel>; // WASM functions take and return only numbers
  return kernels[name](...args) ?? 0;
}

/** A pool of the calling thread only, which runs calls in sequence. */
export class SingleThread implements ThreadPool {
  readonly size = 1;
  readonly shares: number;
  readonly #call: KernelExports;

  /** More than one share is for tests of independence between parts. */
  constructor(call: KernelExports, shares = 1) {
    this.#call = call;
    this.shares = shares;
  }

  run<Name extends KernelName>(name: Name, calls: readonly Parameters<KernelExports[Name]>[]): number[] {
    return calls.map((args) => callKernel(this.#call, name, args));
  }

  dispose(): void {
    // no threads to stop
  }
}
