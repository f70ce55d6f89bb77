import type { KernelExports } from "./exports.ts";

export type KernelName = keyof KernelExports;

/** Runs several calls of one kernel, which write to different places, and returns when all are done. */
export interface ThreadPool {
  /** Threads. */
  readonly size: number;
  /** Most calls that `run` takes. */
  readonly shares: number;
  /** What each call returned, 0 where a kernel returns nothing. */
  run<Name extends KernelName>(name: Name, calls: readonly Parameters<KernelExports[Name]>[]): number[];
  dispose(): void;
}

/** What a pool works with. */
export interface WasmInstance {
  readonly call: KernelExports;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

type AnyKernel = (...args: readonly number[]) => number | undefined;

/** Calls the kernel with arguments in a list. */
export function callKernel(call: KernelExports, name: KernelName, args: readonly number[]): number {
  const kernels = call as unknown as Record<KernelName, AnyKernel>; // WASM takes and gives numbers alone
  return kernels[name](...args) ?? 0;
}

/** The calling thread alone: one call after the other. */
export class SingleThread implements ThreadPool {
  readonly size = 1;
  readonly shares: number;
  readonly #call: KernelExports;

  /** More than one share only shows that the parts of a whole do not depend on each other. */
  constructor(call: KernelExports, shares = 1) {
    this.#call = call;
    this.shares = shares;
  }

  run<Name extends KernelName>(name: Name, calls: readonly Parameters<KernelExports[Name]>[]): number[] {
    return calls.map((args) => callKernel(this.#call, name, args));
  }

  dispose(): void {
    // nothing was hired
  }
}
