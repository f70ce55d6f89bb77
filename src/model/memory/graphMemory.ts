/** GPU memory of a run on recorded graphs, measured by running its allocations on a device that only counts bytes. */
import { createDryDevice, type AdapterLimits, type HeldBuffer } from "../../webgpu/device/dryDevice.ts";
import { FROZEN } from "../../webgpu/weights/frozenWeights.ts";
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import { takeFrozenBase } from "../webgpu/frozenBase.ts";
import { GpuPolicy } from "../webgpu/gpuPolicy.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { HostTensor } from "../weights/parameters.ts";
import type { MemoryBudget } from "../contracts/memoryBudget.ts";
import type { MemoryPart, PartBytes } from "./parts.ts";
import type { RunWorkload } from "./runWorkload.ts";
import type { TrainedParameters } from "./trainedParameters.ts";

/** Memory by part, and the largest buffer, which GPUs limit too. */
export interface GraphMemory {
  readonly parts: PartBytes;
  readonly largest: HeldBuffer;
}

/** Part of each buffer label; unlisted labels are "other". */
const PART_OF: Readonly<Record<string, MemoryPart>> = {
  parameters: "weights",
  frozen: "weights",
  adapter: "adapter",
  gradients: "gradients",
  "first moments": "optimizer",
  "second moments": "optimizer",
  "scratch: optimizer": "optimizer",
  reference: "initial model",
  "scratch: scoring": "initial model",
  "keys and values": "keys and values",
  "scratch: sampling": "sampling",
  rows: "sampling",
  outputs: "sampling",
  "spare rows": "sampling",
  "scratch: training": "activations",
  "micro-batch": "activations",
  "shares of sums": "activations",
  "sums over lines": "activations",
  scores: "activations",
};

/** Returns the part that a policy's buffer belongs to. */
export function partOfBuffer({ label }: Pick<HeldBuffer, "label">): MemoryPart {
  return label.startsWith(FROZEN) ? "weights" : (PART_OF[label] ?? "other");
}

const NO_WEIGHTS: ReadonlyMap<string, HostTensor> = new Map();

function noText(): never {
  throw new Error("a memory plan has no texts to tokenize");
}
const NO_TOKENIZER = {
  encode: noText,
  decode: noText,
  encodePrompt: noText,
  promptText: noText,
  end: null,
  turnEnd: null,
  beginning: "",
  hasChatTemplate: true,
};

/** Returns the memory of a run's workload. Rejects with the allocator's `RangeError` if a buffer exceeds the GPU's limits. */
export async function graphMemory(
  { model: config, adapter, basePrecision }: TrainedParameters,
  workload: RunWorkload,
  limits: AdapterLimits,
  budget: MemoryBudget,
): Promise<GraphMemory> {
  const { gpu, held } = createDryDevice(limits);
  const model: LanguageModel = { config, tokenizer: NO_TOKENIZER, notes: [] };
  const start = { weights: NO_WEIGHTS, optimizer: null };
  const reference = workload.initialModel ? NO_WEIGHTS : null;
  const frozen = adapter && takeFrozenBase(gpu, config, basePrecision);
  const adapted = adapter && frozen && { adapter, frozen, source: weightsInMemory(NO_WEIGHTS) };
  const policy = new GpuPolicy(gpu, model, { ...start, reference }, budget, adapted);
  await policy.reserve(workload.policy);
  const own = held();
  if (workload.critic !== null) await policy.createCritic(start).reserve(workload.critic);
  for (const companion of [workload.teacher, workload.rewardModel])
    if (companion !== null) await policy.createPolicy(start).reserve(companion);
  const all = held();
  const parts = new Map<MemoryPart, number>();
  const add = (part: MemoryPart, size: number): unknown => parts.set(part, (parts.get(part) ?? 0) + size);
  for (const buffer of own) add(partOfBuffer(buffer), buffer.size);
  for (const buffer of all.slice(own.length)) add("companions", buffer.size);
  const largest = all.reduce((most, buffer) => (buffer.size > most.size ? buffer : most));
  return { parts, largest };
}
