/** Whether a run fits a machine, cut to what fits where it may be cut, and else the smallest change that helps. */
import { entryBytes } from "../../webgpu/sampling/batchCapacity.ts";
import type { AdapterLimits } from "../../webgpu/device/dryDevice.ts";
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import type { Demand } from "./demand.ts";
import { TARGET_MODULES, type AdapterConfig } from "../weights/adapter.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { bytesText } from "../../math/bytes.ts";
import type { GraphMemory } from "./graphMemory.ts";
import { MEMORY_PARTS, totalBytes, type PartBytes } from "./parts.ts";
import { runWorkload } from "./runWorkload.ts";
import type { TrainedParameters } from "./trainedParameters.ts";
import { wasmMemory } from "./wasmMemory.ts";

/** What a run is planned for. */
export interface PlannedRun extends TrainedParameters {
  readonly demand: Demand;
  /** Tokens of the prompts. */
  readonly promptLengths: readonly number[];
}

/** What computes, and what it has. */
export interface Machine {
  /** Of an adapter that recorded graphs run on; null for WASM. */
  readonly adapter: AdapterLimits | null;
  /** Parts that a kernel's call on WASM may be cut into, each with working memory of its own. */
  readonly shares: number;
  /** Bytes in all; null where nobody tells, as of a GPU. */
  readonly memory: number | null;
}

/** Bytes that a WASM memory can address. */
export const WASM_BYTES = 2 ** 32;

export interface MemoryPlan {
  readonly path: "recorded graphs" | "WASM";
  /** In the order of `MEMORY_PARTS`. */
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly meaning: string }[];
  readonly total: number;
  /** Null where nobody tells. */
  readonly limit: number | null;
  /** The largest buffer and what the adapter allows of one; null without an adapter. */
  readonly buffer: { readonly label: string; readonly bytes: number; readonly limit: number } | null;
  /** What the run's batches are cut to. */
  readonly budget: MemoryBudget;
  /** How that differs from the usual, in words. */
  readonly reductions: readonly string[];
  /** What does not fit and the smallest change that helps, in a sentence; null when all fits. */
  readonly problem: string | null;
}

/** Activations that a GPU of unknown memory is expected to have room for. */
const MOST_ACTIVATIONS = 2 ** 31;
/** The shortest response that is proposed. */
const SHORTEST_RESPONSE = 16;

/**
 * Rooms from the usual one to the smallest: fewer rows together, then layers computed again, then fewer rows sampled. A GPU
 * wants many rows more than it minds computing again, a processor does not.
 */
function budgets(run: PlannedRun, hasGraphs: boolean): MemoryBudget[] {
  const row = rowBytes(run);
  const cacheOf = (bytes: number): number => Math.max(bytes, row);
  const recompute = (run.adapter?.dropout ?? 0) === 0; // its masks would have to be kept
  const usual = { ...DEFAULT_BUDGET, cacheBytes: row <= USUAL_CACHE ? null : row };
  const sizes = [4096, 2048, 1024, 512, 256];
  const kept = (hasGraphs ? sizes.slice(0, 3) : sizes).map((microBatchTokens) => ({
    ...usual,
    microBatchTokens,
  }));
  const again = (hasGraphs ? sizes : [256]).map((microBatchTokens) => ({
    ...usual,
    microBatchTokens,
    recompute,
  }));
  const caches = [2 ** 28, 2 ** 26].map((bytes) => ({
    microBatchTokens: 256,
    recompute,
    cacheBytes: cacheOf(bytes),
  }));
  return [...kept, ...again, ...caches];
}

/** What recorded graphs take for keys and values where they may; a row has to fit. */
const USUAL_CACHE = 2 ** 30;

/** Bytes of the keys and values of the longest row. */
function rowBytes({ model, demand, promptLengths }: PlannedRun): number {
  const longest = promptLengths.reduce((most, length) => Math.max(most, length), 1);
  return model.layers * entryBytes(model, "f32") * (longest + demand.maxResponseTokens);
}

/** Plans a run: in the largest room that fits, or in the smallest, and then why it does not. */
export async function planMemory(run: PlannedRun, machine: Machine): Promise<MemoryPlan> {
  let smallest: Taken | null = null;
  for (const budget of budgets(run, machine.adapter !== null)) {
    const taken = await take(run, machine, budget);
    if (taken.excess === null && isModest(taken, machine)) return describe(taken, machine, null);
    smallest = taken;
  }
  if (smallest === null) throw new Error("there is no room to plan for");
  const { excess } = smallest;
  const problem = excess === null ? null : `${excess}: ${await smallestChange(run, machine)}`;
  return describe(smallest, machine, problem);
}

/** What a run takes in a room, and what of it is too much. */
interface Taken {
  readonly budget: MemoryBudget;
  readonly parts: PartBytes;
  readonly largest: { readonly label: string; readonly size: number } | null;
  readonly excess: string | null;
}

async function take(
  run: PlannedRun,
  { adapter, memory, shares }: Machine,
  budget: MemoryBudget,
): Promise<Taken> {
  const work = runWorkload(run.demand, run.promptLengths, budget);
  if (adapter === null) {
    const parts = wasmMemory(run, work, budget, shares);
    return { budget, parts, largest: null, excess: tooMuch(parts, memory) };
  }
  const { graphMemory } = await import("./graphMemory.ts"); // brings the graphs, which WASM does not need
  const ample = { ...adapter, maxBufferSize: Infinity }; // what is too large is told below, not thrown
  let counted: GraphMemory;
  try {
    counted = await graphMemory(run, work, ample, budget);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { budget, parts: new Map(), largest: null, excess: error.message };
  }
  const { parts, largest } = counted;
  const most = bufferLimit(adapter);
  const excess =
    largest.size > most
      ? `the buffer of ${largest.label} takes ${bytesText(largest.size)} and this GPU allows ${bytesText(most)}`
      : tooMuch(parts, memory);
  return { budget, parts, largest, excess };
}

function bufferLimit({ maxBufferSize, maxStorageBufferBindingSize }: AdapterLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

function tooMuch(parts: PartBytes, memory: number | null): string | null {
  const total = totalBytes(parts);
  if (memory === null || total <= memory) return null;
  return `the run takes about ${bytesText(total)} of memory and there are ${bytesText(memory)}`;
}

/** Where nobody tells how much memory there is, a smaller room is better than a run that fails an hour later. */
function isModest({ parts }: Taken, { memory }: Machine): boolean {
  return memory !== null || (parts.get("activations") ?? 0) <= MOST_ACTIVATIONS;
}

/** The adapter that is proposed: as large as one is by default. */
const ADAPTER: AdapterConfig = { rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES };

/** How a base may be kept, by how much is lost. */
const PRECISIONS = ["f32", "f16", "q8_0", "q4_0"] as const;

/** The least change to the run that makes it fit. */
async function smallestChange(run: PlannedRun, machine: Machine): Promise<string> {
  const fits = async (
    maxResponseTokens: number,
    trained: Partial<TrainedParameters> = {},
  ): Promise<boolean> => {
    const shorter = { ...run, ...trained, demand: { ...run.demand, maxResponseTokens } };
    const smallest = budgets(shorter, machine.adapter !== null).at(-1) ?? DEFAULT_BUDGET;
    return (await take(shorter, machine, smallest)).excess === null;
  };
  let [least, most] = [SHORTEST_RESPONSE, run.demand.maxResponseTokens];
  if (most > least && (await fits(least))) {
    while (most - least > SHORTEST_RESPONSE) {
      const middle = Math.floor((least + most) / 2);
      if (await fits(middle)) least = middle;
      else most = middle;
    }
    return `set the longest response to ${least} tokens or fewer`;
  }
  const adapter = run.adapter ?? ADAPTER;
  for (const basePrecision of machine.adapter === null ? PRECISIONS.slice(0, 1) : PRECISIONS)
    if (await fits(run.demand.maxResponseTokens, { adapter, basePrecision }))
      return adapterAdvice(run, basePrecision);
  return "take a smaller model";
}

function adapterAdvice({ adapter }: PlannedRun, basePrecision: BasePrecision): string {
  const packed = `its base in ${basePrecision} (basePrecision)`;
  if (adapter !== null) return `keep ${packed}`;
  return `train an adapter (trainable: lora)${basePrecision === "f32" ? "" : `, ${packed}`}`;
}

function describe(
  { budget, parts, largest }: Taken,
  { adapter, memory }: Machine,
  problem: string | null,
): MemoryPlan {
  const named = Object.entries(MEMORY_PARTS).flatMap(([name, meaning]) => {
    const bytes = parts.get(name as keyof typeof MEMORY_PARTS); // of its own keys
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
    ...(recompute ? ["layers computed again on the way back"] : []),
    ...(cacheBytes === null ? [] : [`${bytesText(cacheBytes)} of keys and values at a time`]),
  ];
}
