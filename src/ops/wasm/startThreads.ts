import { queueBytes, TaskQueue } from "./taskQueue.ts";
import {
  SingleThread,
  callKernel,
  type ThreadPool,
  type KernelName,
  type WasmInstance,
} from "./threadPool.ts";
import type { KernelExports } from "./exports.ts";
import type { ThreadStart } from "./kernelThread.ts";

/** More shares than threads, so that fast threads take over work of slow ones. */
const SHARES_PER_THREAD = 2;

/** A thread pool of the calling thread and workers, with the same kernels on shared memory. */
class Threads implements ThreadPool {
  readonly size: number;
  readonly shares: number;
  readonly #call: KernelExports;
  readonly #others: readonly Worker[];
  readonly #queue: TaskQueue;
  readonly #names: readonly KernelName[];

  constructor(
    call: KernelExports,
    others: readonly Worker[],
    queue: TaskQueue,
    names: readonly KernelName[],
  ) {
    this.size = others.length + 1;
    this.shares = this.size * SHARES_PER_THREAD;
    this.#call = call;
    this.#others = others;
    this.#queue = queue;
    this.#names = names;
  }

  run<Name extends KernelName>(name: Name, calls: readonly Parameters<KernelExports[Name]>[]): number[] {
    if (calls.length > this.shares) throw new Error(`${calls.length} calls, at most ${this.shares}`);
    const own = (args: readonly number[]): number => callKernel(this.#call, name, args);
    if (calls.length === 1) return calls.map(own);
    return this.#queue.do(this.#names.indexOf(name), calls, (_, args) => own(args));
  }

  dispose(): void {
    for (const worker of this.#others) worker.terminate();
  }
}

/** Maximum shares of a pool with this many threads. */
export function sharesOf(threads: number): number {
  return threads < 2 ? 1 : threads * SHARES_PER_THREAD;
}

/** Starts a pool of `size` threads if the memory is shared, else of one. */
export async function startThreadPool(instance: WasmInstance, size: number): Promise<ThreadPool> {
  const { call, module, memory } = instance;
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  if (!shared || size < 2) return new SingleThread(call);
  const names = Object.keys(call) as KernelName[]; // the module exports only kernels
  const queue = new SharedArrayBuffer(queueBytes(size * SHARES_PER_THREAD));
  const start: ThreadStart = { module, memory, queue, names };
  const others = await Promise.all(Array.from({ length: size - 1 }, () => startThread(start)));
  return new Threads(call, others, new TaskQueue(queue), names);
}

async function startThread(start: ThreadStart): Promise<Worker> {
  const worker = new Worker(new URL("./kernelThread.ts", import.meta.url), { type: "module" });
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) =>
      reject(new Error(`a thread of the WASM kernels did not start: ${message}; reload the page`));
    worker.postMessage(start);
  });
  return worker;
}
