/** The machine that a model's run would be computed by. */
import { describeAdapter } from "../../webgpu/device/adapter.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { ModelConfig } from "../language/config.ts";
import { graphsObstacle, type Graphs } from "../openPolicy.ts";
import { trainedParameters } from "./trainedParameters.ts";
import { WASM_BYTES, type Machine } from "./planMemory.ts";

/** The machine that a run on the started backend computes on; null where no memory plan exists: operations on WebGPU and cpu. */
export async function machineFor(
  model: ModelConfig,
  graphs: Graphs | string,
  config: TtrlConfig,
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
