// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- the one file of this layer for Node alone
import { readFile } from "node:fs/promises";
import type { StartPool } from "./bridge.ts";
import { installWasmKernels } from "./installWasmKernels.ts";

/** Installs the WASM kernels in Node, from the files in this folder. Call after `tf.setBackend("wasm")`. */
export async function installWasmKernelsInNode(startPool?: StartPool): Promise<void> {
  const [plain, threaded] = await Promise.all([
    readFile(new URL("./kernels.wasm", import.meta.url)),
    readFile(new URL("./kernels-threaded.wasm", import.meta.url)),
  ]);
  await installWasmKernels(plain, threaded, startPool);
}
