/** WebGPU and model files in Node. */
import { join } from "node:path";
import { openModelFile } from "../../cli/models/modelFile.ts";
import { wholeFolder, type ModelFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { openGpu, type Gpu } from "../../src/webgpu/device/device.ts";
import { startDawn } from "../../src/ops/gpu/fixture.ts";

/** Root folder of the repository. */
export const ROOT = join(import.meta.dirname, "..", "..");

export const NO_ADAPTER =
  "bench: no WebGPU adapter was found. Install a Vulkan driver and its loader (libvulkan.so.1), or point " +
  "VK_ICD_FILENAMES at the driver's .json, or install Debian's chromium, whose software adapter is then used.";

/** Opens the adapter that Dawn finds; null where there is none. */
export function openDawn(): Promise<Gpu | null> {
  return openGpu(startDawn());
}

/** An embedded model. */
export async function embedded(name: string): Promise<ModelFolder> {
  return wholeFolder(await openModelFile(join(ROOT, "public", "models", name)));
}
