import type { WasmKernels } from "../wasm/bridge.ts";

/** Arena allocator: allocates pieces and frees them all at once. */
export class Arena {
  readonly #kernels: WasmKernels;
  readonly #addresses: number[] = [];

  constructor(kernels: WasmKernels) {
    this.#kernels = kernels;
  }

  /** Allocates `bytes` uninitialized bytes. */
  take(bytes: number): number {
    const address = this.#kernels.allocate(Math.max(bytes, 8));
    this.#addresses.push(address);
    return address;
  }

  /** Allocates `count` uninitialized 32-bit numbers. */
  words(count: number): number {
    return this.take(count * 4);
  }

  /** Allocates and writes int32 values. */
  integers(values: ArrayLike<number>): number {
    const address = this.words(values.length);
    new Int32Array(this.#kernels.buffer, address, values.length).set(values);
    return address;
  }

  dispose(): void {
    for (const address of this.#addresses) this.#kernels.free(address);
    this.#addresses.length = 0;
  }
}
