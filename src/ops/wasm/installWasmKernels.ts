import * as tf from "../tf.ts";
import { WasmKernels, type StartPool } from "./bridge.ts";
import { copyClones, shareClones } from "./shareClones.ts";

let installed: WasmKernels | undefined;

/**
 * Makes the fused operations use the WASM kernels. Call it after `tf.setBackend("wasm")` with the bytes of
 * kernels.wasm and kernels-threaded.wasm; the second is used if the backend's memory is shared. `startPool` starts a thread
 * pool; without it the calling thread does all work.
 */
export async function installWasmKernels(
  plain: BufferSource,
  threaded: BufferSource,
  startPool?: StartPool,
): Promise<WasmKernels> {
  const kernels = await WasmKernels.instantiate(plain, threaded, startPool);
  selfTest(kernels);
  shareClones();
  installed?.pool.dispose();
  installed = kernels;
  return kernels;
}

/** Makes the operations use stock operations again, for comparison. */
export function uninstallWasmKernels(): void {
  copyClones();
  installed?.pool.dispose();
  installed = undefined;
}

/** The installed kernels, or undefined if the WASM backend is not the current one. */
export function activeKernels(): WasmKernels | undefined {
  if (installed === undefined || tf.getBackend() !== "wasm") return undefined;
  if (tf.backend() !== installed.backend) {
    throw new Error("the WASM backend was replaced: install the kernels again");
  }
  return installed;
}

/** Returns an operation that runs the WASM kernels if they are active, else stock operations. */
export function operation<Args extends unknown[], Result>(
  fused: (kernels: WasmKernels, ...args: Args) => Result,
  composite: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const kernels = activeKernels();
    return kernels === undefined ? composite(...args) : fused(kernels, ...args);
  };
}

/** Runs one kernel on known numbers, so that an incompatible backend fails at the start. */
function selfTest(kernels: WasmKernels): void {
  const found = tf.tidy(() => {
    const x = kernels.address(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
    const w = kernels.address(tf.tensor2d([1, 0, -1, 2, 1, 0], [2, 3]));
    const y = kernels.output([2, 2]);
    const scratch = kernels.scratch(kernels.call.linearScratch(2, 3));
    kernels.call.linearForward(x, w, 0, kernels.address(y), 2, 2, 3, scratch);
    return Array.from(y.dataSync()).join(" ");
  });
  if (found !== "-2 4 -2 13") throw new Error(`the WASM kernels computed ${found} instead of -2 4 -2 13`);
}
