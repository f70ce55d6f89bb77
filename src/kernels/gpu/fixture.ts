/** For tests: TensorFlow.js' WebGPU backend in Node, on a hardware or a software adapter. */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { create, globals } from "webgpu";
import * as tf from "../tf.ts";

/** Where Debian's Chromium keeps a software Vulkan driver and the loader that finds it. */
const CHROMIUM = "/usr/lib/chromium";

export interface TestGpu {
  /** Everything the GPU complained about; such work is silently dropped, so any entry fails the test. */
  readonly errors: string[];
}

/** The instance of Dawn; garbage collecting it would kill the device. */
let dawn: GPU | undefined;

/**
 * Lets Dawn find Chromium's Vulkan where the system has none of its own. Dawn asks the dynamic linker for
 * libvulkan.so.1, which is answered by a library already loaded; `process.dlopen` complains that it is no Node addon,
 * and RTLD_NODELETE (0x1000 on Linux) keeps it loaded all the same.
 */
function useSoftwareVulkan(): void {
  const driver = `${CHROMIUM}/vk_swiftshader_icd.json`;
  if (process.platform !== "linux" || !existsSync(driver)) return;
  process.env["VK_ICD_FILENAMES"] ??= driver;
  try {
    process.dlopen({ exports: {} }, `${CHROMIUM}/libvulkan.so.1`, constants.dlopen.RTLD_NOW | 0x1000);
  } catch {
    // not an addon, as said above
  }
}

/** WebGPU in Node, as a browser has it. */
export function startDawn(): GPU {
  useSoftwareVulkan();
  Object.assign(globalThis, globals);
  dawn = create([]);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: dawn, userAgent: "node" },
    configurable: true,
  });
  return dawn;
}

/** Makes WebGPU the current backend, or says why there is none. */
export async function openGpu(): Promise<TestGpu | string> {
  const adapter = await startDawn().requestAdapter();
  if (adapter === null) return "no WebGPU adapter on this machine";
  const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize },
  });
  const errors: string[] = [];
  device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));
  tf.env().set("WEBGPU_CPU_FORWARD", false); // small tensors would otherwise be computed on the CPU
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, adapter.info));
  await tf.setBackend("webgpu");
  return { errors };
}
