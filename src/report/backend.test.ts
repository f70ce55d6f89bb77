import { expect, test } from "vitest";
import { wasmDevice } from "./backend.ts";

test.each([
  [false, 1, "no SIMD, 1 thread"],
  [true, 1, "SIMD, 1 thread"],
  [true, 4, "SIMD, 1 thread (4 in TensorFlow.js' own operations)"],
])("the WASM device with SIMD %s and %i threads is told as it is", (simd, threads, text) => {
  expect(wasmDevice(simd, threads)).toBe(text);
});
