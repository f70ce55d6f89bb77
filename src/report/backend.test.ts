import { expect, test } from "vitest";
import { wasmDevice } from "./backend.ts";

test.each([
  [false, 1, 1, "no SIMD, 1 thread"],
  [true, 1, 1, "SIMD, 1 thread"],
  [true, 2, 2, "SIMD, 2 threads"],
  [true, 1, 4, "SIMD, 1 thread (4 in TensorFlow.js' own operations)"],
  [true, 2, 1, "SIMD, 2 threads (1 in TensorFlow.js' own operations)"],
])("describes the WASM device with SIMD %s and %i and %i threads", (simd, kernels, operations, text) => {
  expect(wasmDevice(simd, kernels, operations)).toBe(text);
});
