/** Entry point of a pool thread: runs kernels on the caller's memory from the task queue until it is terminated. */
import { TaskQueue } from "./taskQueue.ts";
import { callKernel, type KernelName } from "./threadPool.ts";
import type { KernelExports } from "./exports.ts";

/** Start message of a thread. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly queue: SharedArrayBuffer;
  /** Kernel names by their index in the queue. */
  readonly names: readonly KernelName[];
}

/** The part of a worker's global scope used here; `self` has the page's type where both libraries are loaded. */
interface ThreadScope {
  postMessage(message: "ready"): void;
  onmessage: ((message: MessageEvent<ThreadStart>) => void) | null;
}

const scope = self as unknown as ThreadScope;

scope.onmessage = ({ data: { module, memory, queue, names } }) => {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const call = instance.exports as unknown as KernelExports; // the same module as the caller's
  const calls = new TaskQueue(queue);
  scope.postMessage("ready");
  for (;;) {
    calls.serve((kernel, args) => {
      const name = names[kernel];
      if (name === undefined) throw new Error(`there is no kernel with index ${kernel}`);
      return callKernel(call, name, args);
    });
  }
};
