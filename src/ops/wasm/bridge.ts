import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tf.ts";
import { SingleThread, type ThreadPool, type KernelName, type WasmInstance } from "./threadPool.ts";
import type { KernelExports } from "./exports.ts";

/** Minimum multiply-adds of a part: about 50 microseconds, several times the cost of a queue operation. */
const LEAST_WORK = 1_500_000;

/** Starts the thread pool of the kernels. */
export type StartPool = (instance: WasmInstance) => ThreadPool | Promise<ThreadPool>;

/** The part of the backend's Emscripten module used here. The plain build exports its memory, the threaded one imports it. */
interface BackendModule {
  readonly asm: { readonly memory?: WebAssembly.Memory };
  readonly wasmMemory?: WebAssembly.Memory;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/**
 * The fused kernels: a second WASM module on the memory of TensorFlow.js' WASM backend, so tensors are passed by address
 * without copies. Only this file depends on private fields of the backend (4.22). Kernels are called directly instead of
 * through `tf.registerKernel`, because a decoding step makes hundreds of small calls and the engine's overhead per call
 * would exceed the work.
 */
export class WasmKernels {
  readonly backend: BackendWasm;
  readonly call: KernelExports;
  readonly pool: ThreadPool;
  readonly #module: BackendModule;
  readonly #memory: WebAssembly.Memory;
  #scratch = 0;
  #scratchBytes = 0;

  private constructor(
    backend: BackendWasm,
    module: BackendModule,
    memory: WebAssembly.Memory,
    call: KernelExports,
    pool: ThreadPool,
  ) {
    this.backend = backend;
    this.#module = module;
    this.#memory = memory;
    this.call = call;
    this.pool = pool;
  }

  /** Instantiates the kernels on the memory of the current backend, `threaded` if that memory is shared. */
  static async instantiate(
    plain: BufferSource,
    threaded: BufferSource,
    startPool: StartPool = ({ call }) => new SingleThread(call),
  ): Promise<WasmKernels> {
    if (tf.getBackend() !== "wasm") throw new Error(`the backend is ${tf.getBackend()}, not wasm`);
    const backend = tf.findBackend("wasm") as BackendWasm; // the type registered under this name
    const module = backend.wasm as unknown as BackendModule; // private fields of 4.22; the self-test checks them
    const memory = module.asm.memory ?? module.wasmMemory;
    if (memory === undefined) throw new Error("the memory of TensorFlow.js' WASM backend was not found");
    const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    const bytes = shared ? threaded : plain;
    const { instance, module: code } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const call = instance.exports as unknown as KernelExports; // keep in sync with assembly/index.ts
    return new WasmKernels(backend, module, memory, call, await startPool({ call, module: code, memory }));
  }

  /** Address of a tensor's values; first moves them here if they are on another backend. */
  address(tensor: tf.TensorInfo, dtype: "float32" | "int32" = "float32"): number {
    if (tensor.dtype !== dtype) throw new Error(`a kernel got ${tensor.dtype} instead of ${dtype}`);
    return this.backend.getMemoryOffset(tensor.dataId);
  }

  /** Creates an uninitialized float32 tensor. */
  output(shape: number[]): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.backend.makeOutput(shape, "float32"), this.backend);
  }

  /** Address of working memory, valid until the next call of this method. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratchBytes > 0) this.#module._free(this.#scratch);
      this.#scratchBytes = Math.ceil(bytes * 1.25);
      this.#scratch = this.#module._malloc(this.#scratchBytes) >>> 0;
    }
    return this.#scratch;
  }

  /**
   * Calls a kernel on items [0, count), split over the thread pool if the work is large enough. Each part except for the last
   * has a multiple of `unit` items; `work` is the cost of an item in multiply-adds.
   */
  inParts<Name extends KernelName>(
    name: Name,
    { count, unit = 4, work }: { count: number; unit?: number; work: number },
    args: (begin: number, end: number, part: number) => Parameters<KernelExports[Name]>,
  ): void {
    const parts = Math.max(1, Math.min(this.pool.shares, Math.floor((count * work) / LEAST_WORK)));
    const share = Math.max(unit, Math.ceil(count / parts / unit) * unit);
    const calls = [args(0, Math.min(share, count), 0)];
    for (let begin = share; begin < count; begin += share) {
      calls.push(args(begin, Math.min(begin + share, count), calls.length));
    }
    this.pool.run(name, calls);
  }

  /** Working memory of `bytes` bytes per part, as `scratch`; returns the address by part. */
  scratchOfParts(bytes: number): (part: number) => number {
    return this.scratchOfPartsWith(bytes, new Int32Array(0))[0];
  }

  /** Working memory per part followed by `integers`: [address by part, address of the integers]. */
  scratchOfPartsWith(bytes: number, integers: Int32Array): [(part: number) => number, number] {
    const stride = (bytes + 63) & ~63;
    const before = stride * this.pool.shares;
    const scratch = this.scratch(before + integers.byteLength);
    new Int32Array(this.#memory.buffer, scratch + before, integers.length).set(integers);
    return [(part) => scratch + part * stride, scratch + before];
  }

  /** Allocates memory until `free`, aligned to at least 8 bytes. Throws if there is none left. */
  allocate(bytes: number): number {
    const address = this.#module._malloc(bytes) >>> 0;
    if (address === 0) throw new Error(`out of WASM memory: ${bytes} more bytes could not be allocated`);
    return address;
  }

  free(address: number): void {
    this.#module._free(address);
  }

  /** The current memory; a later allocation may replace the buffer. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /** True if other tensors share the values, which must then not be changed in place. */
  isShared(tensor: tf.Tensor): boolean {
    return this.backend.refCount(tensor.dataId) > 1;
  }

  /** Throws unless every index is in [0, limit): a kernel would read or write out of bounds. */
  expectIndices(what: string, indices: tf.Tensor, limit: number): void {
    const outside = this.call.firstOutside(this.address(indices, "int32"), indices.size, limit);
    if (outside >= 0) throw new Error(`${what}: entry ${outside} is not in 0..${limit - 1}`);
  }
}
