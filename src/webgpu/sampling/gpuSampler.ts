/** Prompts -> sampled responses on the GPU: the host submits several tokens at a time and only looks what came of them. */
import { describeAdapter } from "../device/adapter.ts";
import { allocateOnGpu } from "../device/allocation.ts";
import { divideCapacity, capacityLimits, type BatchCapacity, type CapacityLimits } from "./batchCapacity.ts";
import { BatchSchedule, rowsOf } from "./batchSchedule.ts";
import type { CacheFormat } from "../layout/cacheFormat.ts";
import type { Capacity } from "./decodeGraph.ts";
import { DecodeRun, type Work } from "./decodeRun.ts";
import { createWorkspace, larger, type Workspace } from "./decodeWorkspace.ts";
import { unsupported, type DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import type { Decoding, Generated, RowRequest } from "../../decoder/generation.ts";
import { Pipelines } from "../recording/graph.ts";

/** Prompt tokens read together. */
const PREFILL_LINES = 512;
/** The cache grows by so many entries, so that prompts of other lengths need no new one. */
const ENTRIES_STEP = 1024;
/** Keys and values of all layers: 45 rows of 512 tokens of a model of 135M parameters in f32. */
const CACHE_BYTES = 2 ** 30;

/** How keys and values are kept. */
export interface CacheOptions {
  /**
   * "f32" by default, with which sampler and trainer agree on logprobs to some 1e-6. Take "f16" where memory or its
   * bandwidth is short: when `statistics.rows` stays below the responses of a question because the cache is full, or
   * for responses of many hundreds of tokens, whose keys and values outweigh the weights in each token's reads. Twice
   * the rows then fit. Never changed by itself: what is sampled must not depend on the memory at hand.
   */
  readonly cache?: CacheFormat;
  /** Most bytes for the cache of all layers; it takes fewer when the requests need fewer. */
  readonly cacheBytes?: number;
}

/** Requests by their sizes: tokens of each prompt, and how many rows continue it. */
export interface AskedRows {
  readonly lengths: readonly number[];
  readonly counts: readonly number[];
}

/** Sizes of the latest batch, zeros before the first; and all work since the sampler was made. */
export interface SamplerStatistics extends Readonly<Work> {
  /** Of a token of all rows. */
  readonly dispatches: number;
  /** Rows decoded together at most. */
  readonly rows: number;
  readonly cacheBytes: number;
  /** Intermediate results. */
  readonly scratchBytes: number;
}

export class GpuSampler {
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #weights: DecoderWeights;
  readonly #pipelines: Pipelines;
  readonly #cache: CacheFormat;
  readonly #work: Work = { tokenSteps: 0, submissions: 0, reads: 0, prefillTokens: 0 };
  /** Lower when memory ran out. */
  #limits: CapacityLimits;
  #workspace: Workspace | null = null;
  #rows = 0;

  /** Samples with whatever `weights` hold when it is asked to. */
  constructor(gpu: Gpu, shape: DecoderShape, weights: DecoderWeights, options: CacheOptions = {}) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU sampler cannot run this model: ${problem}`);
    this.#gpu = gpu;
    this.#shape = shape;
    this.#weights = weights;
    this.#pipelines = Pipelines.of(gpu.device);
    const { cache = "f32", cacheBytes = CACHE_BYTES } = options;
    this.#cache = cache;
    const { limits, adapterInfo } = gpu.device;
    const { software } = describeAdapter({ info: adapterInfo });
    this.#limits = capacityLimits(limits, shape, weights.size, cache, cacheBytes, software);
  }

  /**
   * Decodes every row to its end-of-sequence token or `maxTokens`. As many rows as the cache has room for are decoded
   * together; the others wait and take the places of those that end, so any number may be asked for at once. Each
   * prompt is read once, however many rows continue it and whenever they start. A row's tokens depend on its own seed
   * and stream, not on the rest of the batch. `pause` is told how many rows have not ended yet.
   */
  async generate(
    prompts: readonly Int32Array[],
    requests: readonly RowRequest[],
    decoding: Decoding,
    pause: (live: number) => Promise<void>,
  ): Promise<Generated[]> {
    if (requests.length === 0) return [];
    this.#checkLengths(prompts, decoding.maxTokens);
    const asked = { lengths: prompts.map(({ length }) => length), counts: rowsOf(prompts, requests) };
    const { room, workspace } = await this.#reserve(asked, decoding.maxTokens);
    this.#rows = room.rows;
    const schedule = new BatchSchedule(prompts, requests, decoding.maxTokens, room);
    const settings = { ...decoding, eosTokens: this.#shape.eosTokens, count: requests.length };
    const run = new DecodeRun(this.#gpu, workspace, schedule, settings, this.#work);
    return (await run.finish(pause)).finish();
  }

  /** Makes room for as many rows of such requests as the limits allow. */
  async reserve(asked: AskedRows, maxTokens: number): Promise<void> {
    await this.#reserve(asked, maxTokens);
  }

  get statistics(): SamplerStatistics {
    const { dispatches, scratchBytes } = this.#workspace?.graph.statistics ?? {
      dispatches: 0,
      scratchBytes: 0,
    };
    const cacheBytes = this.#workspace?.cacheBytes ?? 0;
    return { dispatches, rows: this.#rows, cacheBytes, scratchBytes, ...this.#work };
  }

  dispose(): void {
    this.#workspace?.dispose();
    this.#workspace = null;
  }

  #checkLengths(prompts: readonly Int32Array[], maxTokens: number): void {
    const longest = prompts.reduce((length, prompt) => Math.max(length, prompt.length), 0);
    const { maxPositions } = this.#shape;
    if (longest + maxTokens <= maxPositions) return;
    throw new RangeError(
      `a prompt of ${longest} tokens and a response of up to ${maxTokens} exceed the model's ${maxPositions} positions`,
    );
  }

  /** Room for as many rows as the limits allow; for fewer and fewer while the GPU has no memory for it. */
  async #reserve(
    { lengths: promptLengths, counts }: AskedRows,
    maxTokens: number,
  ): Promise<{ readonly room: BatchCapacity; readonly workspace: Workspace }> {
    const lengths = promptLengths.map((length) => length - 1); // the rows read the last token
    const prefillTokens = lengths.reduce((sum, length) => sum + length, 0);
    for (;;) {
      const room = divideCapacity(lengths, counts, maxTokens, this.#limits);
      const entries = room.promptEntries + room.rows * maxTokens;
      const workspace = await this.#workspaceFor({
        lines: Math.max(room.rows, Math.min(prefillTokens, PREFILL_LINES)),
        rows: room.rows,
        entries: Math.min(this.#limits.entries, Math.ceil(entries / ENTRIES_STEP) * ENTRIES_STEP),
      });
      if (workspace !== null) return { room, workspace };
      this.#limits = { ...this.#limits, entries: Math.floor(entries / 2) };
    }
  }

  /** A workspace with that room, the one before or a larger one; null when there is no memory for it. */
  async #workspaceFor(need: Capacity): Promise<Workspace | null> {
    const old = this.#workspace;
    const capacity = old === null ? need : larger(old.capacity, need);
    if (old !== null && JSON.stringify(capacity) === JSON.stringify(old.capacity)) return old;
    this.dispose();
    this.#workspace = await allocateOnGpu(this.#gpu.device, () =>
      createWorkspace(this.#gpu, this.#pipelines, this.#weights, this.#shape, capacity, this.#cache),
    );
    return this.#workspace;
  }
}
