import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import type { KernelExports } from "./exports.ts";
import { activeKernels, installWasmKernels } from "./installWasmKernels.ts";

const FILES = { plain: "kernels.wasm", threaded: "kernels-threaded.wasm" } as const;

/** The compiler as a program: its types, once imported, change those of Array and Map in the whole project. */
const compile = (args: readonly string[]) =>
  promisify(execFile)(process.execPath, [here("../../../node_modules/assemblyscript/bin/asc.js"), ...args]);

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The kernels on a memory of their own, 1 MB. */
async function standAlone(target: keyof typeof FILES) {
  const memory =
    target === "plain"
      ? new WebAssembly.Memory({ initial: 16 })
      : new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
  const { instance } = await WebAssembly.instantiate(await readFile(here(FILES[target])), {
    env: { memory },
  });
  return { memory, call: instance.exports as unknown as KernelExports };
}

describe.each(["plain", "threaded"] as const)("the %s kernels", (target) => {
  it("are what the sources compile to", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kernels-"));
    const outFile = join(folder, FILES[target]);
    const options = ["--config", here("assembly/asconfig.json"), "--target", target, "--outFile", outFile];
    await compile([here("assembly/index.ts"), ...options]);
    expect((await readFile(outFile)).equals(await readFile(here(FILES[target])))).toBe(true);
    await rm(folder, { recursive: true });
  });

  it("own no memory: nothing is imported but the memory, and instantiating writes nothing", async () => {
    const module = await WebAssembly.compile(await readFile(here(FILES[target])));
    expect(WebAssembly.Module.imports(module)).toEqual([
      expect.objectContaining({ module: "env", name: "memory" }),
    ]);
    const { memory } = await standAlone(target);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it("multiply matrices", async () => {
    const { memory, call } = await standAlone(target);
    new Float32Array(memory.buffer, 1024, 12).set([1, 2, 3, 4, 5, 6, 1, 0, -1, 2, 1, 0]);
    call.linearForward(1024, 1048, 0, 2048, 2, 2, 3, 4096);
    expect(Array.from(new Float32Array(memory.buffer, 2048, 5))).toEqual([-2, 4, -2, 13, 0]);
  });

  it("compute exponentials within 2e-7", async () => {
    const { memory, call } = await standAlone(target);
    const count = 20_000;
    const [x, ids, lse, dy, out] = [0, 100_000, 100_004, 100_008, 200_000];
    const numbers = new Float32Array(memory.buffer, x, count);
    for (let i = 1; i < count; i++) numbers[i] = -87.3 + (i / count) * 175;
    new Float32Array(memory.buffer, dy, 1)[0] = -1;
    // The gradient is dy (1[own] - e^(logit - lse)) with lse = 0 and dy = -1: the exponentials, but for token 0.
    call.tokenLogprobBackward(dy, x, ids, lse, out, 1, count);
    let worst = 0;
    new Float32Array(memory.buffer, out, count).forEach((found, i) => {
      const exact = Math.exp(numbers[i]!);
      if (i > 0) worst = Math.max(worst, Math.abs(found - exact) / exact);
    });
    expect(worst).toBeLessThan(2e-7);
  });
});

describe("installWasmKernels", () => {
  const bytes = () => Promise.all([readFile(here(FILES.plain)), readFile(here(FILES.threaded))]);

  it("refuses another backend", async () => {
    await tf.setBackend("cpu");
    await expect(installWasmKernels(...(await bytes()))).rejects.toThrow("the backend is cpu, not wasm");
  });

  it("counts only while the WASM backend is the current one", async () => {
    await useImplementation("WASM kernels");
    expect(activeKernels()).toBeDefined();
    await tf.setBackend("cpu");
    expect(activeKernels()).toBeUndefined();
    await useImplementation("stock operations on wasm");
    expect(activeKernels()).toBeUndefined();
  });

  it("uses tensors that another backend made", async () => {
    await tf.setBackend("cpu");
    const x = tf.tensor1d([3, 4]);
    await useImplementation("WASM kernels");
    const { globalNorm } = await import("../globalNorm/globalNorm.ts");
    expect(await globalNorm([x])).toBe(5);
  });
});
