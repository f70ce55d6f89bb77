/** Prompts -> sampled responses on the GPU: the host submits several tokens at a time and only looks who has finished. */
import { layOutBatch, type BatchLayout } from "./batchLayout.ts";
import { createDecodeGraph, type Capacity, type DecodeGraph } from "./decodeGraph.ts";
import { unsupported, type DecoderShape } from "./decoderShape.ts";
import type { Gpu } from "./device.ts";
import type { Decoding, Generated, RowRequest } from "./generation.ts";
import { Pipelines } from "./graph.ts";
import type { ParameterBuffer } from "./parameterBuffer.ts";
import { ReadRing } from "./readRing.ts";
import {
  OUTPUT_WORDS,
  ROW_WORDS,
  isFinished,
  packSettings,
  packStates,
  type BatchSettings,
  type RowState,
} from "./rowState.ts";

/** Tokens a submission: enough that waiting for the GPU is rare, few enough that a weak one answers within its limit. */
export const TOKENS_PER_SUBMIT = 8;
/** Prompt tokens read together. */
const PREFILL_LINES = 512;
/** Rows left below this share of the batch are moved together, so that finished rows cost nothing. */
const COMPACT_BELOW = 0.75;
/** The cache grows by so many entries, so that prompts of other lengths need no new one. */
const ENTRIES_STEP = 1024;
const WORD = Uint32Array.BYTES_PER_ELEMENT;

/** A graph and the staging buffers to read it. */
interface Workspace extends DecodeGraph {
  /** The spare place that rows are compacted through. */
  readonly spare: GPUBuffer;
  readonly states: ReadRing;
  readonly results: ReadRing;
}

/** Rows under way. */
interface Run {
  readonly layout: BatchLayout;
  readonly settings: BatchSettings;
  /** Output rows of the lines. */
  order: readonly number[];
  /** Output rows that are not known to have ended. */
  readonly live: Set<number>;
}

export class GpuSampler {
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #parameters: ParameterBuffer;
  readonly #pipelines: Pipelines;
  #workspace: Workspace | null = null;

  /** Samples with whatever `parameters` hold when it is asked to. */
  constructor(gpu: Gpu, shape: DecoderShape, parameters: ParameterBuffer) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU sampler cannot run this model: ${problem}`);
    this.#gpu = gpu;
    this.#shape = shape;
    this.#parameters = parameters;
    this.#pipelines = new Pipelines(gpu.device);
  }

  /**
   * Decodes every row to its end-of-sequence token or `maxTokens`. Each prompt is read once, however many rows continue
   * it. A row's tokens depend on its own seed and stream, not on the rest of the batch.
   */
  async generate(
    prompts: readonly Int32Array[],
    requests: readonly RowRequest[],
    decoding: Decoding,
    breathe: (live: number) => Promise<void>,
  ): Promise<Generated[]> {
    if (requests.length === 0) return [];
    this.#checkLengths(prompts, decoding.maxTokens);
    const layout = layOutBatch(prompts, requests, decoding.maxTokens);
    const { eosTokens } = this.#shape;
    const settings = { ...decoding, eosTokens, count: requests.length };
    const workspace = await this.#room(layout, settings);
    this.#prefill(workspace, layout.prefill, settings);
    const order = requests.map((_, output) => output);
    await this.#decode(workspace, { layout, settings, order, live: new Set(order) }, breathe);
    return this.#collect(workspace, requests.length, decoding.maxTokens);
  }

  /** Dispatches a token of a batch takes, and the bytes of intermediate results; zeros before the first batch. */
  get statistics(): { readonly dispatches: number; readonly scratchBytes: number } {
    return this.#workspace?.graph.statistics ?? { dispatches: 0, scratchBytes: 0 };
  }

  dispose(): void {
    if (this.#workspace === null) return;
    const { spare, states, results } = this.#workspace;
    for (const part of [this.#workspace, states, results]) part.dispose();
    spare.destroy();
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

  /** A workspace with room for the batch: the one before, or a larger one. */
  async #room({ prefill, rows, entries }: BatchLayout, { maxTokens }: BatchSettings): Promise<Workspace> {
    const old = this.#workspace?.capacity;
    const need: Capacity = {
      lines: Math.max(rows.length, Math.min(prefill.length, PREFILL_LINES)),
      rows: rows.length,
      entries: Math.ceil(entries / ENTRIES_STEP) * ENTRIES_STEP,
      outputs: rows.length * maxTokens,
    };
    const fits =
      old !== undefined &&
      old.lines >= need.lines &&
      old.rows >= need.rows &&
      old.entries >= need.entries &&
      old.outputs >= need.outputs;
    if (fits && this.#workspace !== null) return this.#workspace;
    this.dispose();
    this.#workspace = await this.#allocate(old === undefined ? need : larger(old, need));
    return this.#workspace;
  }

  async #allocate(capacity: Capacity): Promise<Workspace> {
    const { device } = this.#gpu;
    const graph = await createDecodeGraph(
      this.#gpu,
      this.#pipelines,
      this.#parameters,
      this.#shape,
      capacity,
    );
    const stateBytes = capacity.rows * ROW_WORDS * WORD;
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return {
      ...graph,
      spare: device.createBuffer({ label: "spare rows", size: stateBytes, usage }),
      states: new ReadRing(device, stateBytes, 2),
      results: new ReadRing(device, capacity.outputs * OUTPUT_WORDS * WORD, 1),
    };
  }

  /** Puts lines and their settings on the GPU. */
  #load({ rows, settings }: Workspace, lines: readonly RowState[], batch: BatchSettings): void {
    const { queue } = this.#gpu.device;
    queue.writeBuffer(rows, 0, packStates(lines));
    queue.writeBuffer(settings, 0, packSettings({ ...batch, count: lines.length }));
  }

  /** Fills the cache with all prompts, in order: a prompt may be cut between two submissions. */
  #prefill(workspace: Workspace, lines: readonly RowState[], settings: BatchSettings): void {
    const { capacity, graph, cacheKernels } = workspace;
    for (let start = 0; start < lines.length; start += capacity.lines) {
      const chunk = lines.slice(start, start + capacity.lines);
      this.#load(workspace, chunk, settings);
      this.#submit((encoder) => {
        const pass = encoder.beginComputePass();
        graph.encode(pass, [chunk.length], cacheKernels);
        pass.end();
      });
    }
  }

  /** Decodes until all rows have ended, one submission ahead of what is known of them. */
  async #decode(workspace: Workspace, run: Run, breathe: (live: number) => Promise<void>): Promise<void> {
    this.#load(workspace, run.layout.rows, run.settings);
    let pending: Promise<void> = Promise.resolve();
    try {
      for (let done = 0; done < run.settings.maxTokens && run.live.size > 0; done += TOKENS_PER_SUBMIT) {
        const before = pending;
        pending = this.#submitTokens(workspace, run, run.settings.maxTokens - done);
        await before;
        if (run.live.size < COMPACT_BELOW * run.order.length) this.#compact(workspace, run);
        await breathe(run.live.size);
      }
    } finally {
      await pending; // a staging buffer that is still being mapped could not be used again
    }
  }

  /** Submits the next tokens; the promise is kept when `run.live` knows who ended in them. */
  #submitTokens(workspace: Workspace, run: Run, left: number): Promise<void> {
    const { graph, rows, states } = workspace;
    const order = run.order; // of these lines, whatever is compacted later
    let read: (() => Promise<Uint32Array>) | null = null;
    this.#submit((encoder) => {
      const pass = encoder.beginComputePass();
      for (let i = 0; i < Math.min(TOKENS_PER_SUBMIT, left); i++) graph.encode(pass, [order.length]);
      pass.end();
      if (left > TOKENS_PER_SUBMIT) read = states.copy(encoder, rows, order.length * ROW_WORDS * WORD);
    });
    return this.#noteFinished(run.live, order, read);
  }

  async #noteFinished(
    live: Set<number>,
    order: readonly number[],
    read: (() => Promise<Uint32Array>) | null,
  ): Promise<void> {
    if (read === null) return; // after the last tokens all have ended
    const words = await read();
    for (const [line, output] of order.entries()) if (isFinished(words, line)) live.delete(output);
  }

  /** Moves the live rows' states together; their keys and values stay where they are. */
  #compact({ rows, settings, spare }: Workspace, run: Run): void {
    const bytes = ROW_WORDS * WORD;
    const kept = run.order.flatMap((output, line) => (run.live.has(output) ? [line] : []));
    this.#submit((encoder) => {
      for (const [to, from] of kept.entries())
        encoder.copyBufferToBuffer(rows, from * bytes, spare, to * bytes, bytes);
      encoder.copyBufferToBuffer(spare, 0, rows, 0, kept.length * bytes);
    });
    run.order = kept.map((line) => run.order[line] as number); // lines of the order
    const batch = packSettings({ ...run.settings, count: kept.length });
    this.#gpu.device.queue.writeBuffer(settings, 0, batch);
  }

  #submit(record: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    record(encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** Reads all sampled tokens at once. */
  async #collect(workspace: Workspace, rows: number, maxTokens: number): Promise<Generated[]> {
    const { outputs, results } = workspace;
    let read = (): Promise<Uint32Array> => Promise.reject(new Error("nothing was copied"));
    this.#submit((encoder) => {
      read = results.copy(encoder, outputs, rows * maxTokens * OUTPUT_WORDS * WORD);
    });
    const words = await read();
    this.#gpu.fault.throwIfAborted();
    const floats = new Float32Array(words.buffer);
    return Array.from({ length: rows }, (_, row) =>
      this.#toGenerated(words, floats, row * maxTokens, maxTokens),
    );
  }

  #toGenerated(words: Uint32Array, floats: Float32Array, start: number, maxTokens: number): Generated {
    const at = (token: number, word: number): number => (start + token) * OUTPUT_WORDS + word;
    const isEos = (token: number): boolean => this.#shape.eosTokens.includes(words[at(token, 0)] ?? -1);
    let length = 1;
    while (length < maxTokens && !isEos(length - 1)) length += 1;
    const column = (word: number): number[] =>
      Array.from({ length }, (_, token) => floats[at(token, word)] ?? Number.NaN);
    const logprobs = Float32Array.from(column(1));
    if (!logprobs.every(Number.isFinite))
      throw new Error("the model's logits are not finite: its weights are broken");
    return {
      tokens: Int32Array.from({ length }, (_, token) => words[at(token, 0)] ?? 0),
      logprobs,
      entropy: column(2).reduce((sum, entropy) => sum + entropy, 0) / length,
      finished: isEos(length - 1),
    };
  }
}

/** Room for what either has room for. */
function larger(a: Capacity, b: Capacity): Capacity {
  return {
    lines: Math.max(a.lines, b.lines),
    rows: Math.max(a.rows, b.rows),
    entries: Math.max(a.entries, b.entries),
    outputs: Math.max(a.outputs, b.outputs),
  };
}
