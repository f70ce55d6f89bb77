import { expect, test } from "vitest";
import type { Graphs } from "../model/openPolicy.ts";
import type { BackendChoice } from "../report/backend.ts";
import { NEVER, OPERATIONS_CHOSEN, startChosen, type BackendStarters } from "./startBackend.ts";

/** Stands for the GPU; nothing runs on it. */
const GRAPHS = {} as Graphs;

/** Starters that report their names, on the given adapter. */
function startersOn(adapter: { name: string; software: boolean } | null): BackendStarters {
  const started = (device: string, graphs: Graphs | string) => () =>
    Promise.resolve({ device, graphs, fault: NEVER });
  return {
    findAdapter: () => Promise.resolve(adapter),
    start: {
      cpu: started("a processor", "none here"),
      wasm: started("SIMD", "none here"),
      webgpu: started("a GPU", GRAPHS),
      "webgpu-operations": started("a GPU", OPERATIONS_CHOSEN),
    },
  };
}

const HARDWARE = { name: "a GPU", software: false };
const SOFTWARE = { name: "SwiftShader", software: true };

test.each<[BackendChoice, typeof HARDWARE | null, string, RegExp]>([
  ["auto", HARDWARE, "webgpu", /hardware WebGPU/],
  ["auto", SOFTWARE, "wasm", /software here \(SwiftShader\)/],
  ["auto", null, "wasm", /no WebGPU adapter/],
  ["webgpu", SOFTWARE, "webgpu", /asked for/],
  ["wasm", HARDWARE, "wasm", /asked for/],
  ["cpu", HARDWARE, "cpu", /asked for/],
])("%s with the adapter %o is %s", async (choice, adapter, backend, reason) => {
  const { report } = await startChosen(choice, startersOn(adapter));
  expect(report.backend).toBe(backend);
  expect(report.reason).toMatch(reason);
});

test("operations on WebGPU are WebGPU without graphs", async () => {
  const { report, graphs } = await startChosen("webgpu-operations", startersOn(HARDWARE));
  expect(report).toEqual({ backend: "webgpu", device: "a GPU", reason: "asked for" });
  expect(graphs).toBe("asked for");
  expect((await startChosen("webgpu", startersOn(HARDWARE))).graphs).toBe(GRAPHS);
});
