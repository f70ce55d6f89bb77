import { expect, test } from "vitest";
import * as tf from "../src/ops/tf.ts";
import { startBackend } from "./backend.ts";

test("cpu starts when asked for", async () => {
  const { report, fault } = await startBackend("cpu");
  expect(report).toEqual({ backend: "cpu", device: "plain JavaScript", reason: "asked for" });
  expect(tf.getBackend()).toBe("cpu");
  expect(fault.aborted).toBe(false);
});

test("wasm starts when asked for, and says what it runs on", async () => {
  const { report } = await startBackend("wasm");
  expect(report).toMatchObject({ backend: "wasm", reason: "asked for" });
  expect(report.device).toMatch(/^SIMD, 1 thread( \(\d+ in TensorFlow\.js' own operations\))?$/);
  expect(tf.getBackend()).toBe("wasm");
});
