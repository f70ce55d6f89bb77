/** Memory plans: reduces a run's batches until it fits the machine, or names the smallest change that makes it fit. */
import { entryBytes } from "../../webgpu/sampling/batchCapacity.ts";
import type { AdapterLimits } from "../../webgpu/device/dryDevice.ts";
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import { SMALLER_MODEL } from "./advice.ts";
import type { Demand } from "./demand.ts";
import { TARGET_MODULES, type AdapterConfig } from "../weights/adapter.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { bytesText } from "../../math/bytes.ts";
import type { GraphMemory } from "./graphMemory.ts";
import { MEMORY_PARTS, totalBytes, type PartBytes } from "./parts.ts";
import { runWorkload } from "./runWorkload.ts";
import type { TrainedParameters } from "./trainedParameters.ts";
import { wasmMemory } from "./wasmMemory.ts";

/** A run to plan. */
export interface PlannedRun extends TrainedParameters {
  readonly demand: Demand;
  /** Length of each prompt in tokens. */
  readonly promptLengths: readonly number[];
}

/** The hardware of a run. */
export interface Machine {
  /** Limits of the GPU for recorded graphs; null for WASM. */
  readonly adapter: AdapterLimits | null;
  /** Parallel parts of a WASM kernel call, each with its own scratch memory. */
  readonly shares: number;
  /** Total bytes; null if unknown, as of a GPU. */
  readonly memory: number | null;
}

/** Maximum bytes of a WASM memory. */
export const WASM_BYTES = 2 ** 32;

export interface MemoryPlan {
  readonly path: "recorded graphs" | "WASM";
  /** In the order of `MEMORY_PARTS`. */
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly meaning: string }[];
  readonly total: number;
  /** Total bytes of the machine; null if unknown. */
  readonly limit: number | null;
  /** The largest GPU buffer, and the GPU's limit of one buffer; null on WASM. */
  readonly buffer: { readonly label: string; readonly bytes: number; readonly limit: number } | null;
  /** The budget that the run's batches are reduced to. */
  readonly budget: MemoryBudget;
  /** Differences of the budget from the default, in words. */
  readonly reductions: readonly string[];
  /** What does not fit, and the smallest change that makes it fit; null if the run fits. */
  readonly problem: string | null;
}

/** Maximum bytes of activations on a GPU of unknown memory. */
const MAX_ACTIVATIONS = 2 ** 31;
/** Shortest maximum response length, in tokens, that a plan proposes; also the step of its search. */
const SHORTEST_RESPONSE = 16;

/**
 * Returns budgets from the default to the smallest: smaller micro-batches, then gradient checkpointing, then a smaller KV
 * cache. On GPUs checkpointing costs less than micro-batches below 1024 tokens; on CPUs small micro-batches cost little.
 */
function candidateBudgets(run: PlannedRun, hasGraphs: boolean): MemoryBudget[] {
  const row = rowBytes(run);
  const cacheBytes = row <= DEFAULT_CACHE ? null : row;
  const recompute = (run.adapter?.dropout ?? 0) === 0; // checkpointing would have to keep dropout masks
  const sizes = [4096, 2048, 1024, 512, 256];
  const kept = hasGraphs ? sizes.slice(0, 3) : sizes;
  const checkpointed = hasGraphs ? sizes : [256];
  const caches = [2 ** 28, 2 ** 26].map((bytes) => Math.max(bytes, row));
  return [
    ...kept.map((microBatchTokens) => ({ microBatchTokens, recompute: false, cacheBytes })),
    ...checkpointed.map((microBatchTokens) => ({ microBatchTokens, recompute, cacheBytes })),
    ...caches.map((bytes) => ({ microBatchTokens: 256, recompute, cacheBytes: bytes })),
  ];
}

/** Default bytes of the KV cache of recorded graphs; at least one row has to fit. */
const DEFAULT_CACHE = 2 ** 30;

/** Returns the KV cache bytes of the longest row. */
function rowBytes({ model, demand, promptLengths }: PlannedRun): number {
  const longest = promptLengths.reduce((most, length) => Math.max(most, length), 1);
  return model.layers * entryBytes(model) * (longest + demand.maxResponseTokens);
}

/** Plans a run with the largest budget that fits; if none fits, with the smallest and the problem. */
export async function planMemory(run: PlannedRun, machine: Machine): Promise<MemoryPlan> {
  let smallest: Estimate | null = null;
  for (const budget of candidateBudgets(run, machine.adapter !== null)) {
    const found = await estimate(run, machine, budget);
    if (found.excess === null && isModest(found, machine)) return describe(found, machine, null);
    smallest = found;
  }
  if (smallest === null) throw new Error("there are no budgets to plan with");
  const { excess } = smallest;
  const problem = excess === null ? null : `${excess}: ${await smallestChange(run, machine)}`;
  return describe(smallest, machine, problem);
}

/** Memory of a run under a budget; `excess` describes what exceeds the machine, null if nothing does. */
interface Estimate {
  readonly budget: MemoryBudget;
  readonly parts: PartBytes;
  readonly largest: { readonly label: string; readonly size: number } | null;
  readonly excess: string | null;
}

async function estimate(
  run: PlannedRun,
  { adapter, memory, shares }: Machine,
  budget: MemoryBudget,
): Promise<Estimate> {
  const workload = runWorkload(run.demand, run.promptLengths, budget);
  if (adapter === null) {
    const parts = wasmMemory(run, workload, budget, shares);
    return { budget, parts, largest: null, excess: totalExcess(parts, memory) };
  }
  const { graphMemory } = await import("./graphMemory.ts"); // loads the WebGPU code, which WASM does not need
  const unlimited = { ...adapter, maxBufferSize: Infinity }; // reported below instead of thrown
  let counted: GraphMemory;
  try {
    counted = await graphMemory(run, workload, unlimited, budget);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { budget, parts: new Map(), largest: null, excess: error.message };
  }
  const { parts, largest } = counted;
  const limit = bufferLimit(adapter);
  const excess =
    largest.size > limit
      ? `the buffer "${largest.label}" needs ${bytesText(largest.size)} and this GPU allows ${bytesText(limit)}`
      : totalExcess(parts, memory);
  return { budget, parts, largest, excess };
}

function bufferLimit({ maxBufferSize, maxStorageBufferBindingSize }: AdapterLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

function totalExcess(parts: PartBytes, memory: number | null): string | null {
  const total = totalBytes(parts);
  if (memory === null || total <= memory) return null;
  return `the run needs about ${bytesText(total)} of memory and ${bytesText(memory)} are available`;
}

/** Bounds activations if the machine's memory is unknown: a smaller budget is better than running out of memory later. */
function isModest({ parts }: Estimate, { memory }: Machine): boolean {
  return memory !== null || (parts.get("activations") ?? 0) <= MAX_ACTIVATIONS;
}

/** The adapter that a plan proposes, with the default settings. */
const DEFAULT_ADAPTER: AdapterConfig = { rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES };

/** Storage precisions of frozen weights, from the most to the least precise. */
const PRECISIONS = ["f32", "f16", "q8_0", "q4_0"] as const;

/** Returns the smallest change that makes the run fit: shorter responses, then an adapter or a lower base precision. */
async function smallestChange(run: PlannedRun, machine: Machine): Promise<string> {
  const fits = async (
    maxResponseTokens: number,
    trained: Partial<TrainedParameters> = {},
  ): Promise<boolean> => {
    const shorter = { ...run, ...trained, demand: { ...run.demand, maxResponseTokens } };
    const smallest = candidateBudgets(shorter, machine.adapter !== null).at(-1) ?? DEFAULT_BUDGET;
    return (await estimate(shorter, machine, smallest)).excess === null;
  };
  let [least, most] = [SHORTEST_RESPONSE, run.demand.maxResponseTokens];
  if (most > least && (await fits(least))) {
    while (most - least > SHORTEST_RESPONSE) {
      const middle = Math.floor((least + most) / 2);
      if (await fits(middle)) least = middle;
      else most = middle;
    }
    return `set the maximum response length to ${least} tokens or fewer`;
  }
  const adapter = run.adapter ?? DEFAULT_ADAPTER;
  for (const basePrecision of machine.adapter === null ? PRECISIONS.slice(0, 1) : PRECISIONS)
    if (await fits(run.demand.maxResponseTokens, { adapter, basePrecision }))
      return adapterAdvice(run, basePrecision);
  return SMALLER_MODEL;
}

function adapterAdvice({ adapter }: PlannedRun, basePrecision: BasePrecision): string {
  if (adapter !== null) return `store the base model in ${basePrecision} (basePrecision)`;
  const packed = basePrecision === "f32" ? "" : `, with the base model in ${basePrecision} (basePrecision)`;
  return `train an adapter (trainable: lora)${packed}`;
}

function describe(
  { budget, parts, largest }: Estimate,
  { adapter, memory }: Machine,
  problem: string | null,
): MemoryPlan {
  const named = Object.entries(MEMORY_PARTS).flatMap(([name, meaning]) => {
    const bytes = parts.get(name as keyof typeof MEMORY_PARTS); // its own keys
    return bytes === undefined ? [] : [{ name, bytes, meaning }];
  });
  return {
    path: adapter === null ? "WASM" : "recorded graphs",
    parts: named,
    total: totalBytes(parts),
    limit: memory,
    buffer:
      largest === null || adapter === null
        ? null
        : { label: largest.label, bytes: largest.size, limit: bufferLimit(adapter) },
    budget,
    reductions: reductionsOf(budget),
    problem,
  };
}

function reductionsOf({ microBatchTokens, recompute, cacheBytes }: MemoryBudget): string[] {
  return [
    ...(microBatchTokens === DEFAULT_BUDGET.microBatchTokens
      ? []
      : [`micro-batches of ${microBatchTokens} tokens`]),
    ...(recompute ? ["gradient checkpointing"] : []),
    ...(cacheBytes === null ? [] : [`a KV cache of ${bytesText(cacheBytes)}`]),
  ];
}
