/** A model -> a policy on the fastest path that can run it, and which one that is. */
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

/** What recorded graphs run on, and where it is kept which variants of their kernels are fastest there. */
export interface Graphs {
  readonly gpu: Gpu;
  readonly memory: TuningMemory;
  /** Milliseconds for measuring at a start; what they do not suffice for stays plain until the next one. */
  readonly tuningBudget: number;
}

/** A policy, what computes it and why that. */
export interface OpenedPolicy {
  readonly policy: TrainablePolicy;
  readonly path: "recorded graphs" | "TensorFlow.js operations";
  readonly pathReason: string;
  /** Kernels that run in another variant than the plain one, in sentences. */
  readonly tuning: readonly string[];
}

/**
 * Opens a policy on recorded graphs where there is a GPU for them that can hold the model, else on operations of the
 * current TensorFlow.js backend. In place of a GPU stands the reason why there is none.
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

/** Whether the base is kept in less than float32, which only an adapter's may be. */
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

/** What recorded graphs are asked to train. */
export interface Trained {
  readonly adapter?: Pick<AdapterConfig, "dropout"> | null | undefined;
  readonly basePrecision?: BasePrecision | undefined;
}

/** Why recorded graphs cannot run a model, or null when they can. */
export function graphsObstacle(
  config: ModelConfig,
  graphs: Graphs | string,
  trained: Trained,
): string | null {
  return typeof graphs === "string" ? graphs : limitsObstacle(config, graphs.gpu.device.limits, trained);
}

/** The same of a GPU that allows so much of a buffer. */
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
