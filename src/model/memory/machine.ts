/** The hardware that a run would use, as far as its memory plan depends on it. */
import { describeAdapter } from "../../webgpu/device/adapter.ts";
import type { AdapterSettings } from "../../rl/config/adapterFields.ts";
import type { ModelConfig } from "../language/config.ts";
import { graphsObstacle, type Graphs } from "../openPolicy.ts";
import { trainedParameters } from "./trainedParameters.ts";
import { WASM_BYTES, type Machine } from "./planMemory.ts";

/** Returns the machine of the started backend; null for backends without a memory plan: operations on WebGPU and cpu. */
export async function machineFor(
  model: ModelConfig,
  graphs: Graphs | string,
  config: AdapterSettings,
): Promise<Machine | null> {
  if (typeof graphs !== "string") {
    if (graphsObstacle(model, graphs, trainedParameters(model, config)) !== null) return null;
    const { limits, adapterInfo } = graphs.gpu.device;
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    const { software } = describeAdapter({ info: adapterInfo });
    return { adapter: { maxBufferSize, maxStorageBufferBindingSize, software }, shares: 1, memory: null };
  }
  const { activeKernels } = await import("../../ops/wasm/installWasmKernels.ts"); // imports TensorFlow.js
  const kernels = activeKernels();
  if (kernels === undefined) return null;
  return { adapter: null, shares: kernels.pool.shares, memory: WASM_BYTES };
}
