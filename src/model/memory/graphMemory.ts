/** The GPU memory of a run on recorded graphs, by letting the run's own code allocate on a device that only counts. */
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

/** Memory by part, and the largest buffer, which an adapter limits too. */
export interface GraphMemory {
  readonly parts: PartBytes;
  readonly largest: HeldBuffer;
}

/** Buffers by their labels; what is not listed is "other". */
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

/** The part that a buffer of a policy belongs to. */
export function partOfBuffer({ label }: Pick<HeldBuffer, "label">): MemoryPart {
  return label.startsWith(FROZEN) ? "weights" : (PART_OF[label] ?? "other");
}

const NO_WEIGHTS: ReadonlyMap<string, HostTensor> = new Map();

function unasked(): never {
  throw new Error("sizes have no text");
}
const NO_TOKENIZER = { encode: unasked, decode: unasked, encodePrompt: unasked };

/** What the work of a run takes. Throws a `RangeError`, with the advice of whoever allocates, where a buffer is too large. */
export async function graphMemory(
  { model: config, adapter, basePrecision }: TrainedParameters,
  work: RunWorkload,
  limits: AdapterLimits,
  budget: MemoryBudget,
): Promise<GraphMemory> {
  const { gpu, held } = createDryDevice(limits);
  const model: LanguageModel = { config, tokenizer: NO_TOKENIZER };
  const start = { weights: NO_WEIGHTS, optimizer: null };
  const reference = work.initialModel ? NO_WEIGHTS : null;
  const frozen = adapter && takeFrozenBase(gpu, config, basePrecision);
  const adapted = adapter && frozen && { adapter, frozen, source: weightsInMemory(NO_WEIGHTS) };
  const policy = new GpuPolicy(gpu, model, { ...start, reference }, budget, adapted);
  await policy.reserve(work.policy);
  const own = held();
  if (work.critic !== null) await policy.createCritic(start).reserve(work.critic);
  for (const companion of [work.teacher, work.rewardModel])
    if (companion !== null) await policy.createPolicy(start).reserve(companion);
  const all = held();
  const parts = new Map<MemoryPart, number>();
  const add = (part: MemoryPart, size: number): unknown => parts.set(part, (parts.get(part) ?? 0) + size);
  for (const buffer of own) add(partOfBuffer(buffer), buffer.size);
  for (const buffer of all.slice(own.length)) add("companions", buffer.size);
  const largest = all.reduce((most, buffer) => (buffer.size > most.size ? buffer : most));
  return { parts, largest };
}
