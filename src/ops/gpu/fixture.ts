/** For tests: WebGPU in Node, on a hardware or a software adapter. */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { create, globals } from "webgpu";

/** Folder of a software Vulkan driver and its loader in Debian's Chromium. */
const CHROMIUM = "/usr/lib/chromium";

/** The instance of Dawn, kept from garbage collection, which would destroy its devices. */
let dawn: GPU | undefined;

/**
 * Makes Dawn find Chromium's Vulkan on systems without one. Dawn asks the dynamic linker for libvulkan.so.1, which finds
 * libraries that are already loaded. `process.dlopen` throws because it is no Node addon, but RTLD_NODELETE (0x1000 on
 * Linux) keeps it loaded.
 */
function useSoftwareVulkan(): void {
  const driver = `${CHROMIUM}/vk_swiftshader_icd.json`;
  if (process.platform !== "linux" || !existsSync(driver)) return;
  process.env["VK_ICD_FILENAMES"] ??= driver;
  try {
    process.dlopen({ exports: {} }, `${CHROMIUM}/libvulkan.so.1`, constants.dlopen.RTLD_NOW | 0x1000);
  } catch {
    // expected: not an addon
  }
}

/** Starts WebGPU in Node with the globals of a browser. */
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
