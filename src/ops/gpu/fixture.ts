/** For tests: WebGPU in Node, on a hardware or a software adapter. */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { create, globals } from "webgpu";

/** Where Debian's Chromium keeps a software Vulkan driver and the loader that finds it. */
const CHROMIUM = "/usr/lib/chromium";

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
