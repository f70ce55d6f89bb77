/** Decodes one batch of requests: submits tokens, reads the results, and refills the slots of rows that have ended. */
import type { BatchSchedule } from "./batchSchedule.ts";
import { OUTPUT_BYTES, ROW_BYTES, type DecodeGraph } from "./decodeGraph.ts";
import type { Gpu } from "../device/device.ts";
import { Responses, type DecodedRow } from "./responses.ts";
import {
  OUTPUT_TOKENS,
  packSettings,
  packStates,
  type BatchSettings,
  type RowState,
} from "../layout/rowState.ts";

/** Tokens per submission: enough to keep the GPU busy, few enough for slow GPUs to stay below the watchdog limit. */
export const TOKENS_PER_SUBMIT = OUTPUT_TOKENS;
/** With no row queued and fewer live rows than this share of the batch, live rows are compacted. */
const COMPACT_BELOW = 0.75;

/** A line on the GPU. */
interface Line extends DecodedRow {
  /** Tokens left to its limit. */
  left: number;
  ended: boolean;
}

/** Work done. */
export interface Work {
  /** Decoding steps, each one token of every row. */
  tokenSteps: number;
  submissions: number;
  reads: number;
  /** Prompt tokens prefilled. */
  prefillTokens: number;
}

export class DecodeRun {
  readonly #gpu: Gpu;
  readonly #workspace: DecodeGraph;
  readonly #schedule: BatchSchedule;
  readonly #settings: BatchSettings;
  readonly #work: Work;
  readonly #responses: Responses;
  /** In the order of the lines on the GPU. */
  #lines: readonly Line[] = [];
  /** Requests not known to have ended. */
  #unended: number;

  /** Adds the work it does to `work`. */
  constructor(
    gpu: Gpu,
    workspace: DecodeGraph,
    schedule: BatchSchedule,
    settings: BatchSettings,
    work: Work,
  ) {
    this.#gpu = gpu;
    this.#workspace = workspace;
    this.#schedule = schedule;
    this.#settings = settings;
    this.#work = work;
    this.#unended = settings.count;
    this.#responses = new Responses(settings.count, settings.maxTokens, settings.eosTokens);
  }

  /** Decodes all rows, one submission ahead of the results read. */
  async finish(pause: (live: number) => Promise<void>): Promise<Responses> {
    let pending: Promise<void> = Promise.resolve();
    try {
      this.#refill();
      while (this.#lines.some(({ ended }) => !ended)) {
        const before = pending;
        pending = this.#submitTokens();
        pending.catch(() => {}); // reported when awaited; it may reject earlier
        await before;
        this.#gpu.fault.throwIfAborted();
        await pause(this.#unended);
        this.#refill();
      }
    } finally {
      await pending; // a staging buffer that is still being mapped cannot be reused
    }
    this.#gpu.fault.throwIfAborted();
    return this.#responses;
  }

  /** Submits the next tokens; resolves when their results are read. */
  #submitTokens(): Promise<void> {
    const { graph, rows, outputs, ring } = this.#workspace;
    const lines = this.#lines; // as of this submission
    const tokens = Math.min(TOKENS_PER_SUBMIT, Math.max(...lines.map(({ left }) => left)));
    let read: (() => Promise<Uint32Array<ArrayBuffer>>) | null = null;
    this.#submit((encoder) => {
      const pass = encoder.beginComputePass();
      for (let i = 0; i < tokens; i++) graph.encode(pass, [lines.length]);
      pass.end();
      read = ring.copy(encoder, [
        { buffer: rows, bytes: lines.length * ROW_BYTES },
        { buffer: outputs, bytes: (1 + Math.max(...lines.map(({ slot }) => slot))) * OUTPUT_BYTES },
      ]);
    });
    this.#work.tokenSteps += tokens;
    for (const line of lines) {
      line.left = Math.max(0, line.left - tokens);
      if (line.left === 0) this.#end(line); // no result needed
    }
    return this.#read(lines, read);
  }

  async #read(lines: readonly Line[], read: (() => Promise<Uint32Array<ArrayBuffer>>) | null): Promise<void> {
    if (read === null) throw new Error("no results were copied for this submission");
    const copy = await read();
    this.#work.reads += 1;
    const ended = new Set(this.#responses.add(lines, copy));
    for (const line of lines) if (ended.has(line)) this.#end(line);
  }

  #end(line: Line): void {
    if (line.ended) return;
    line.ended = true;
    this.#unended -= 1;
    this.#schedule.release(line.request);
  }

  /** Gives the slots of ended rows to queued rows. */
  #refill(): void {
    const { prefill, rows } = this.#schedule.admit();
    const kept = this.#lines.filter(({ ended }) => !ended);
    const enough = kept.length === 0 || kept.length >= COMPACT_BELOW * this.#lines.length;
    if (rows.length === 0 && enough) return;
    const { queue } = this.#gpu.device;
    this.#setAside(this.#lines.flatMap(({ ended }, line) => (ended ? [] : [line])));
    this.#prefill(prefill);
    this.#bringBack(kept.length);
    if (rows.length > 0) {
      const states = packStates(rows.map(({ state }) => state));
      queue.writeBuffer(this.#workspace.rows, kept.length * ROW_BYTES, states);
    }
    const left = this.#settings.maxTokens;
    const admitted = rows.map(({ request, state }) => ({ request, slot: state.output, left, ended: false }));
    this.#lines = [...kept, ...admitted];
    this.#load(this.#lines.length);
  }

  /** Prefills prompts in order; a prompt may be split across submissions. */
  #prefill(states: readonly RowState[]): void {
    const { capacity, graph, cacheKernels, rows } = this.#workspace;
    for (let start = 0; start < states.length; start += capacity.lines) {
      const chunk = states.slice(start, start + capacity.lines);
      this.#gpu.device.queue.writeBuffer(rows, 0, packStates(chunk));
      this.#load(chunk.length);
      this.#submit((encoder) => {
        const pass = encoder.beginComputePass();
        graph.encode(pass, [chunk.length], cacheKernels);
        pass.end();
      });
    }
    this.#work.prefillTokens += states.length;
  }

  /** Copies the states of these lines to the spare buffer; their cache entries do not move. */
  #setAside(lines: readonly number[]): void {
    if (lines.length === 0) return;
    const { rows, spare } = this.#workspace;
    this.#submit((encoder) => {
      for (const { to, from, count } of consecutiveRuns(lines)) {
        const bytes = count * ROW_BYTES;
        encoder.copyBufferToBuffer(rows, from * ROW_BYTES, spare, to * ROW_BYTES, bytes);
      }
    });
  }

  #bringBack(count: number): void {
    if (count === 0) return;
    const { rows, spare } = this.#workspace;
    this.#submit((encoder) => encoder.copyBufferToBuffer(spare, 0, rows, 0, count * ROW_BYTES));
  }

  /** Sets the number of lines the kernels run over. */
  #load(count: number): void {
    const settings = packSettings({ ...this.#settings, count });
    this.#gpu.device.queue.writeBuffer(this.#workspace.settings, 0, settings);
  }

  #submit(record: (encoder: GPUCommandEncoder) => void): void {
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    record(encoder);
    device.queue.submit([encoder.finish()]);
    this.#work.submissions += 1;
  }
}

/** Groups numbers into runs of consecutive ones. */
function consecutiveRuns(numbers: readonly number[]): { to: number; from: number; count: number }[] {
  const runs: { to: number; from: number; count: number }[] = [];
  for (const [to, from] of numbers.entries()) {
    const run = runs.at(-1);
    if (run !== undefined && run.from + run.count === from) run.count += 1;
    else runs.push({ to, from, count: 1 });
  }
  return runs;
}
