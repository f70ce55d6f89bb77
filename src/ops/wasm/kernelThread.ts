/** A thread's entry: kernels on the caller's memory, called as the board says, until the thread is terminated. */
import { CallBoard } from "./callBoard.ts";
import { callKernel, type KernelName } from "./crew.ts";
import type { KernelExports } from "./exports.ts";

/** What a thread is told once. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: SharedArrayBuffer;
  /** The kernels by the numbers on the board. */
  readonly names: readonly KernelName[];
}

/** The part of a worker's global scope used here; `self` has the page's type where both libraries are loaded. */
interface ThreadScope {
  postMessage(message: "ready"): void;
  onmessage: ((message: MessageEvent<ThreadStart>) => void) | null;
}

const scope = self as unknown as ThreadScope;

scope.onmessage = ({ data: { module, memory, board, names } }) => {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const call = instance.exports as unknown as KernelExports; // the same module as the caller's
  const calls = new CallBoard(board);
  scope.postMessage("ready");
  for (;;) {
    calls.serve((kernel, args) => {
      const name = names[kernel];
      if (name === undefined) throw new Error(`there is no kernel ${kernel}`);
      return callKernel(call, name, args);
    });
  }
};
