import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tf.ts";
import type { KernelExports } from "./exports.ts";

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
  readonly #module: BackendModule;
  readonly #memory: WebAssembly.Memory;
  #scratch = 0;
  #scratchBytes = 0;

  private constructor(
    backend: BackendWasm,
    module: BackendModule,
    memory: WebAssembly.Memory,
    call: KernelExports,
  ) {
    this.backend = backend;
    this.#module = module;
    this.#memory = memory;
    this.call = call;
  }

  /** Instantiates the kernels on the current backend's memory: `threaded` where that memory is shared. */
  static async instantiate(plain: BufferSource, threaded: BufferSource): Promise<WasmKernels> {
    if (tf.getBackend() !== "wasm") throw new Error(`the backend is ${tf.getBackend()}, not wasm`);
    const backend = tf.findBackend("wasm") as BackendWasm; // the type registered under this name
    const module = backend.wasm as unknown as BackendModule; // private fields of 4.22; the self-test checks them
    const memory = module.asm.memory ?? module.wasmMemory;
    if (memory === undefined) throw new Error("the memory of TensorFlow.js' WASM backend was not found");
    const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    const { instance } = await WebAssembly.instantiate(shared ? threaded : plain, { env: { memory } });
    const call = instance.exports as unknown as KernelExports; // kept in step by hand with assembly/index.ts
    return new WasmKernels(backend, module, memory, call);
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
