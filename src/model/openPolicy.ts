/** Opens a policy on the fastest path that can run its model. */
import { unsupported } from "../decoder/decoderShape.ts";
import type { Gpu } from "../webgpu/device/device.ts";
import { layOutParameters } from "../webgpu/layout/parameterLayout.ts";
import type { Tuning, TuningMemory } from "../webgpu/tuning/tuning.ts";
import { allWeights } from "../formats/numbers/weightSource.ts";
import type { BasePrecision } from "../rl/config/adapterFields.ts";
import type { ModelConfig } from "./language/config.ts";
import type { LanguageModel } from "./language/languageModel.ts";
import { checkAdapter, type AdapterConfig } from "./weights/adapter.ts";
import { checkWeights, parameterShapes } from "./weights/parameters.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "./contracts/memoryBudget.ts";
import type { PolicyStart, TrainablePolicy } from "./contracts/trainablePolicy.ts";

/** The GPU of recorded graphs, and the storage of tuning results. */
export interface Graphs {
  readonly gpu: Gpu;
  readonly memory: TuningMemory;
  /** Milliseconds of tuning per start; kernels that are not measured in time run their defaults until the next start. */
  readonly tuningBudget: number;
}

/** A policy with the path that computes it and the reason for it. */
interface OpenedPolicy {
  readonly policy: TrainablePolicy;
  readonly path: "recorded graphs" | "TensorFlow.js operations";
  readonly pathReason: string;
  /** The tuned kernels: one sentence for each that runs another variant than the default. */
  readonly tuning: readonly string[];
}

/**
 * Opens a policy on recorded graphs if `graphs` has a GPU that can run the model, else on TensorFlow.js' operations: on that
 * GPU, or on the current backend if `graphs` is the reason why there is none. Rejects if the weights do not fit the model, or
 * if the base is to be packed and graphs cannot run.
 */
export async function openPolicy(
  model: LanguageModel,
  start: PolicyStart,
  graphs: Graphs | string,
  budget: MemoryBudget = DEFAULT_BUDGET,
): Promise<OpenedPolicy> {
  checkWeights(model.config, start.weights.shapes);
  if (start.adapter != null) checkAdapter(model.config, start.adapter);
  const packed = isPacked(start);
  const obstacle = graphsObstacle(model.config, graphs, start);
  if (typeof graphs === "string" || obstacle !== null) {
    const reason = obstacle ?? "";
    if (packed)
      throw new Error(
        `basePrecision ${start.basePrecision} needs recorded WebGPU graphs, which do not run here: ${reason}. Set basePrecision to f32.`,
      );
    if (typeof graphs !== "string") await useOperationsOn(graphs.gpu);
    return openOperations(model, start, reason, budget);
  }
  const { GpuPolicy } = await import("./webgpu/gpuPolicy.ts");
  const { tuneGpu, describeTuning } = await import("../webgpu/tuning/tuning.ts");
  const layout = layOutParameters(parameterShapes(model.config), model.config.headDim);
  const { gpu, tuning } = packed
    ? { gpu: graphs.gpu, tuning: { choices: [], notes: ["packed weights run the plain kernels"] } }
    : await tuneGpu(graphs.gpu, model.config, layout, graphs.memory, graphs.tuningBudget);
  return {
    policy: await GpuPolicy.open(gpu, model, start, budget),
    path: "recorded graphs",
    pathReason: `WebGPU runs, and they can run this model; ${summary(tuning)}`,
    tuning: describeTuning(tuning),
  };
}

/** True if the base model under an adapter is stored in less than float32. */
function isPacked({ adapter, basePrecision = "f32" }: Trained): boolean {
  return adapter != null && basePrecision !== "f32";
}

async function useOperationsOn({ device }: Gpu): Promise<void> {
  const { useWebGpuOperations } = await import("../ops/webgpu.ts");
  await useWebGpuOperations(device);
}

/** Opens a policy on the current backend of TensorFlow.js. */
async function openOperations(
  model: LanguageModel,
  start: PolicyStart,
  pathReason: string,
  budget: MemoryBudget,
): Promise<OpenedPolicy> {
  const [{ TfModel }, { TfPolicy }] = await Promise.all([
    import("./tfjs/tfModel.ts"),
    import("./tfjs/tfPolicy.ts"),
  ]);
  const policy = new TfPolicy(new TfModel(model, await allWeights(start.weights)), start, budget);
  return { policy, path: "TensorFlow.js operations", pathReason, tuning: [] };
}

function summary({ choices, notes }: Tuning): string {
  if (choices.length === 0) return notes.join("; ");
  const known = choices.filter(({ source }) => source !== "not measured");
  return `${known.length} of ${choices.length} kernels as measured fastest here`;
}

/** The parts of a training setup that recorded graphs depend on. */
export interface Trained {
  readonly adapter?: Pick<AdapterConfig, "dropout"> | null | undefined;
  readonly basePrecision?: BasePrecision | undefined;
}

/** Returns why recorded graphs cannot run a model, or null. */
export function graphsObstacle(
  config: ModelConfig,
  graphs: Graphs | string,
  trained: Trained,
): string | null {
  return typeof graphs === "string" ? graphs : limitsObstacle(config, graphs.gpu.device.limits, trained);
}

/** Returns why recorded graphs cannot run a model on a GPU with these buffer limits, or null. */
export function limitsObstacle(
  config: ModelConfig,
  {
    maxBufferSize,
    maxStorageBufferBindingSize,
  }: Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize">,
  { adapter, basePrecision }: Trained,
): string | null {
  const problem = unsupported(config);
  if (problem !== null) return `recorded graphs cannot run this model (${problem})`;
  if (adapter != null && adapter.dropout > 0)
    return `recorded graphs have no dropout, and the adapter asks for ${adapter.dropout}`;
  if (isPacked({ adapter, basePrecision })) return null; // no buffer holds all weights
  const { size } = layOutParameters(parameterShapes(config), config.headDim);
  const bytes = size * Float32Array.BYTES_PER_ELEMENT;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (bytes <= most) return null;
  return `recorded graphs need all weights in one buffer (${bytes} bytes, and this GPU binds ${most}), but for those under an adapter in f16, q8_0 or q4_0`;
}
