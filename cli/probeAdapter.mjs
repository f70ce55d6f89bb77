/**
 * Prints the WebGPU adapter of this machine as JSON: its name, whether it is software and what it allows of a buffer,
 * or null. A program of its own, because Dawn writes warnings of its own to standard error where there is no driver, and a driver may crash.
 */
import { create } from "webgpu";

const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
console.log(JSON.stringify(adapter === null ? null : { ...describe(adapter.info), ...limitsOf(adapter) }));
process.exit(0); // Dawn's threads would keep it waiting

/** @param {GPUAdapterInfo} info */
function describe({ vendor, architecture, description, isFallbackAdapter }) {
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${name} ${architecture}`);
  return { name, software };
}

/** @param {GPUAdapter} adapter */
function limitsOf({ limits: { maxBufferSize, maxStorageBufferBindingSize } }) {
  return { maxBufferSize, maxStorageBufferBindingSize };
}
