/** Samples responses on the GPU: the host submits several tokens at a time and reads the results. */
import { describeAdapter } from "../device/adapter.ts";
import { allocateOnGpu } from "../device/allocation.ts";
import { divideCapacity, capacityLimits, type BatchCapacity, type CapacityLimits } from "./batchCapacity.ts";
import { BatchSchedule, rowsOf } from "./batchSchedule.ts";
import { createDecodeGraph, type Capacity, type DecodeGraph } from "./decodeGraph.ts";
import { DecodeRun, type Work } from "./decodeRun.ts";
import { unsupported, type DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import type { Decoding, Generated, RowRequest } from "../../decoder/generation.ts";

/** Prompt tokens prefilled together. */
const PREFILL_LINES = 512;
/** Granularity of the cache in entries, so that slightly longer prompts need no new one. */
const ENTRIES_STEP = 1024;
/** Default bytes of the KV cache: 45 rows of 512 tokens of a model with 135M parameters. */
const CACHE_BYTES = 2 ** 30;

/** Sizes of requests: tokens and rows of each prompt. */
export interface AskedRows {
  readonly lengths: readonly number[];
  readonly counts: readonly number[];
}

/** Sizes of the latest batch, zeros before the first, and all work since the sampler was created. */
interface SamplerStatistics extends Readonly<Work> {
  /** Dispatches per decoding step. */
  readonly dispatches: number;
  /** Maximum rows decoded together. */
  readonly rows: number;
  readonly cacheBytes: number;
  /** Bytes of intermediate results. */
  readonly scratchBytes: number;
}

export class GpuSampler {
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #weights: DecoderWeights;
  readonly #work: Work = { tokenSteps: 0, submissions: 0, reads: 0, prefillTokens: 0 };
  /** Lowered when memory runs out. */
  #limits: CapacityLimits;
  #workspace: DecodeGraph | null = null;
  #rows = 0;

  /**
   * Samples with the content of `weights` at the time of each call. `cacheBytes`: maximum bytes of the KV cache of all
   * layers; less is allocated if the requests need less.
   */
  constructor(gpu: Gpu, shape: DecoderShape, weights: DecoderWeights, cacheBytes = CACHE_BYTES) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU sampler cannot run this model: ${problem}`);
    this.#gpu = gpu;
    this.#shape = shape;
    this.#weights = weights;
    const { limits, adapterInfo } = gpu.device;
    const { software } = describeAdapter({ info: adapterInfo });
    this.#limits = capacityLimits(limits, shape, weights.size, cacheBytes, software);
  }

  /**
   * Decodes every row to its end-of-sequence token or `maxTokens`. As many rows as fit in the cache are decoded together;
   * the others are queued and take the slots of rows that end. Each prompt is prefilled once, however many rows continue
   * it. The tokens of a row depend on its seed and stream, not on the rest of the batch. `pause` gets the number of
   * unfinished rows.
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
    const { batch, workspace } = await this.#reserve(asked, decoding.maxTokens);
    this.#rows = batch.rows;
    const schedule = new BatchSchedule(prompts, requests, decoding.maxTokens, batch);
    const settings = { ...decoding, eosTokens: this.#shape.eosTokens, count: requests.length };
    const run = new DecodeRun(this.#gpu, workspace, schedule, settings, this.#work);
    return (await run.finish(pause)).finish();
  }

  /** Allocates for as many rows of such requests as the limits allow. */
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

  /** Allocates for as many rows as the limits allow, halving them while the GPU runs out of memory. */
  async #reserve(
    { lengths: promptLengths, counts }: AskedRows,
    maxTokens: number,
  ): Promise<{ readonly batch: BatchCapacity; readonly workspace: DecodeGraph }> {
    const lengths = promptLengths.map((length) => length - 1); // rows read the last token themselves
    const prefillTokens = lengths.reduce((sum, length) => sum + length, 0);
    for (;;) {
      const batch = divideCapacity(lengths, counts, maxTokens, this.#limits);
      const entries = batch.promptEntries + batch.rows * maxTokens;
      const workspace = await this.#workspaceFor({
        lines: Math.max(batch.rows, Math.min(prefillTokens, PREFILL_LINES)),
        rows: batch.rows,
        entries: Math.min(this.#limits.entries, Math.ceil(entries / ENTRIES_STEP) * ENTRIES_STEP),
      });
      if (workspace !== null) return { batch, workspace };
      this.#limits = { ...this.#limits, entries: Math.floor(entries / 2) };
    }
  }

  /** Returns a workspace of at least that capacity, the current one or a new one; null if memory runs out. */
  async #workspaceFor(need: Capacity): Promise<DecodeGraph | null> {
    const old = this.#workspace;
    const { lines, rows, entries } = old?.capacity ?? { lines: 0, rows: 0, entries: 0 };
    if (old !== null && need.lines <= lines && need.rows <= rows && need.entries <= entries) return old;
    const capacity = {
      lines: Math.max(lines, need.lines),
      rows: Math.max(rows, need.rows),
      entries: Math.max(entries, need.entries),
    };
    this.dispose();
    this.#workspace = await allocateOnGpu(this.#gpu.device, () =>
      createDecodeGraph(this.#gpu, this.#weights, this.#shape, capacity),
    );
    return this.#workspace;
  }
}
