/** The machine that a model's run would be computed by. */
import { describeAdapter } from "../../webgpu/device/adapter.ts";
import { activeKernels } from "../../ops/wasm/installWasmKernels.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { ModelConfig } from "../language/config.ts";
import { graphsObstacle, type Graphs } from "../openPolicy.ts";
import { trainedParameters } from "./trainedParameters.ts";
import { WASM_BYTES, type Machine } from "./planMemory.ts";

/** Where the backend that has started computes a run; null for ways of computing that have no plan. */
export function machineFor(model: ModelConfig, graphs: Graphs | string, config: TtrlConfig): Machine | null {
  if (
    typeof graphs !== "string" &&
    graphsObstacle(model, graphs, trainedParameters(model, config)) === null
  ) {
    const { limits, adapterInfo } = graphs.gpu.device;
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    const { software } = describeAdapter({ info: adapterInfo });
    return { adapter: { maxBufferSize, maxStorageBufferBindingSize, software }, shares: 1, memory: null };
  }
  const kernels = activeKernels();
  if (kernels === undefined) return null;
  return { adapter: null, shares: kernels.pool.shares, memory: WASM_BYTES };
}
