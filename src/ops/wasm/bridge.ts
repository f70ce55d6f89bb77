import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tf.ts";
import { SingleThread, type ThreadPool, type KernelName, type WasmInstance } from "./threadPool.ts";
import type { KernelExports } from "./exports.ts";

/** Least multiply-adds worth a part of their own: about 50 microseconds, several times what asking a thread costs. */
const LEAST_WORK = 1_500_000;

/** Finds who runs the parts of a call. */
export type StartPool = (instance: WasmInstance) => ThreadPool | Promise<ThreadPool>;

/** What we use of the backend's Emscripten module. The plain build exports its memory, the threaded imports it. */
interface BackendModule {
  readonly asm: { readonly memory?: WebAssembly.Memory };
  readonly wasmMemory?: WebAssembly.Memory;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/**
 * The only file that knows how TensorFlow.js' WASM backend (4.22) keeps its tensors. Our kernels are a second module
 * on the backend's own memory, so a tensor is passed by its address and nothing is copied. Kernels are called
 * directly instead of through `tf.registerKernel`: a decoding step makes hundreds of small calls, and the engine's
 * bookkeeping for each would cost more than the work.
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

  /** Instantiates the kernels on the current backend's memory: `threaded` where that memory is shared. */
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
    const call = instance.exports as unknown as KernelExports; // kept in step by hand with assembly/index.ts
    return new WasmKernels(backend, module, memory, call, await startPool({ call, module: code, memory }));
  }

  /** Where the tensor's values are; moves them here first if another backend made them. */
  address(tensor: tf.TensorInfo, dtype: "float32" | "int32" = "float32"): number {
    if (tensor.dtype !== dtype) throw new Error(`a kernel got ${tensor.dtype} instead of ${dtype}`);
    return this.backend.getMemoryOffset(tensor.dataId);
  }

  /** A new float32 tensor of unset values. */
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
   * Calls a kernel on items [0, count), in parts for several threads where the work is worth it. Each part but the
   * last holds a multiple of `unit` items; `work` is what an item costs, in multiply-adds.
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

  /** Working memory of `bytes` for each part, as `scratch`: address by part. */
  scratchOfParts(bytes: number): (part: number) => number {
    const stride = (bytes + 63) & ~63;
    const scratch = this.scratch(stride * this.pool.shares);
    return (part) => scratch + part * stride;
  }

  /** The same with `integers` behind the last part: [address by part, address of the integers]. */
  scratchOfPartsWith(bytes: number, integers: Int32Array): [(part: number) => number, number] {
    const stride = (bytes + 63) & ~63;
    const [scratch, behind] = this.scratchWith(stride * this.pool.shares, integers);
    return [(part) => scratch + part * stride, behind];
  }

  /** Working memory of `bytes` with `integers` behind it: [address, address of the integers]. */
  scratchWith(bytes: number, integers: Int32Array): [number, number] {
    const before = (bytes + 15) & ~15;
    const scratch = this.scratch(before + integers.byteLength);
    new Int32Array(this.#memory.buffer, scratch + before, integers.length).set(integers);
    return [scratch, scratch + before];
  }

  /** Memory of its own until `free`; aligned to 8 bytes at least. */
  allocate(bytes: number): number {
    const address = this.#module._malloc(bytes) >>> 0;
    if (address === 0) throw new Error(`the WASM memory has no room for ${bytes} bytes more`);
    return address;
  }

  free(address: number): void {
    this.#module._free(address);
  }

  /** The memory as it is now: a later allocation may replace the buffer. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /** Whether other tensors use the same values, which must then not be changed in place. */
  isShared(tensor: tf.Tensor): boolean {
    return this.backend.refCount(tensor.dataId) > 1;
  }

  /** Throws unless every index lies in [0, limit): a kernel would read or write foreign memory. */
  expectIndices(what: string, indices: tf.Tensor, limit: number): void {
    const outside = this.call.firstOutside(this.address(indices, "int32"), indices.size, limit);
    if (outside >= 0) throw new Error(`${what}: entry ${outside} is not in 0..${limit - 1}`);
  }
}
