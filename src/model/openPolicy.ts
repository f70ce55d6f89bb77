/** A model -> a policy on the fastest path that can run it, and which one that is. */
import { unsupported } from "../engine/decoderShape.ts";
import type { Gpu } from "../engine/device.ts";
import type { LanguageModel } from "./languageModel.ts";
import { checkWeights, parameterCount } from "./parameters.ts";
import { TfModel } from "./tfModel.ts";
import { TfPolicy } from "./tfPolicy.ts";
import type { PolicyStart, TrainablePolicy } from "./trainablePolicy.ts";

/** A policy, what computes it and why that. */
export interface OpenedPolicy {
  readonly policy: TrainablePolicy;
  readonly path: "recorded graphs" | "TensorFlow.js operations";
  readonly pathReason: string;
}

/**
 * Opens a policy on recorded graphs where there is a GPU for them that can hold the model, else on operations of the
 * current TensorFlow.js backend. In place of a GPU stands the reason why there is none.
 */
export async function openPolicy(
  model: LanguageModel,
  start: PolicyStart,
  graphs: Gpu | string,
): Promise<OpenedPolicy> {
  checkWeights(model.config, start.weights);
  if (typeof graphs === "string") return openOperations(model, start, graphs);
  const obstacle = whyNot(graphs, model);
  if (obstacle !== null) return openOperations(model, start, obstacle);
  const { GpuPolicy } = await import("./gpuPolicy.ts"); // brings TensorFlow.js' WebGPU backend, which not all need
  const policy = new GpuPolicy(graphs, model, start);
  return { policy, path: "recorded graphs", pathReason: "WebGPU runs, and they can run this model" };
}

function openOperations(model: LanguageModel, start: PolicyStart, pathReason: string): OpenedPolicy {
  const policy = new TfPolicy(new TfModel(model, start.weights), start);
  return { policy, path: "TensorFlow.js operations", pathReason };
}

/** Why a GPU cannot run the graphs of a model, or null when it can. */
function whyNot({ device }: Gpu, { config }: LanguageModel): string | null {
  const problem = unsupported(config);
  if (problem !== null) return `recorded graphs cannot run this model (${problem})`;
  const bytes = parameterCount(config) * Float32Array.BYTES_PER_ELEMENT;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (bytes <= most) return null;
  return `recorded graphs need all weights in one buffer (${bytes} bytes, and this GPU binds ${most})`;
}
