/** Schedules rows: queued rows take the slots of rows that have ended, prompt by prompt (continuous batching). */
import { at } from "../../math/at.ts";
import type { BatchCapacity } from "./batchCapacity.ts";
import { FreeRanges } from "./freeRanges.ts";
import type { RowRequest } from "../../decoder/generation.ts";
import type { RowState } from "../layout/rowState.ts";

/** Rows that may start, and the prompt tokens to prefill first. */
export interface Admission {
  readonly prefill: readonly RowState[];
  readonly rows: readonly AdmittedRow[];
}

interface AdmittedRow {
  /** Index of its request. */
  readonly request: number;
  readonly state: RowState;
}

/** A prompt in the KV cache. */
interface HeldPrompt {
  readonly start: number;
  readonly length: number;
}

/**
 * Each prompt except for its last token is prefilled once; every row then starts by reading that token, which gives its
 * first logits. The entries of a prompt stay in the cache until all its rows have ended. The cache holds the entries of all
 * prompts first, then those of each row's response.
 */
export class BatchSchedule {
  readonly #prompts: readonly Int32Array[];
  readonly #requests: readonly RowRequest[];
  readonly #maxTokens: number;
  readonly #capacity: BatchCapacity;
  /** Requests grouped by prompt, so that few prompts are cached at a time. */
  readonly #queue: readonly number[];
  readonly #entries: FreeRanges;
  readonly #freeSlots: number[];
  readonly #slotOf = new Map<number, number>();
  readonly #held = new Map<number, HeldPrompt>();
  /** Unfinished rows of each prompt. */
  readonly #left: number[];
  #next = 0;

  constructor(
    prompts: readonly Int32Array[],
    requests: readonly RowRequest[],
    maxTokens: number,
    capacity: BatchCapacity,
  ) {
    this.#prompts = prompts;
    this.#requests = requests;
    this.#maxTokens = maxTokens;
    this.#capacity = capacity;
    this.#left = rowsOf(prompts, requests);
    this.#queue = [...requests.entries()].sort(([, a], [, b]) => a.prompt - b.prompt).map(([i]) => i);
    this.#entries = new FreeRanges(0, capacity.promptEntries);
    this.#freeSlots = Array.from({ length: capacity.rows }, (_, i) => capacity.rows - 1 - i);
  }

  /** Admits as many queued rows as fit. */
  admit(): Admission {
    const prefill: RowState[] = [];
    const rows: AdmittedRow[] = [];
    while (this.#freeSlots.length > 0) {
      const request = this.#queue[this.#next];
      if (request === undefined) break;
      const held = this.#hold(this.#request(request).prompt, prefill);
      if (held === null) break;
      rows.push({ request, state: this.#start(request, held) });
      this.#next += 1;
    }
    return { prefill, rows };
  }

  /** Frees the slot of an admitted row that has ended, and its prompt after the last row of it. */
  release(request: number): void {
    const slot = this.#slotOf.get(request);
    if (slot === undefined) throw new Error(`request ${request} is not being decoded`);
    this.#slotOf.delete(request);
    this.#freeSlots.push(slot);
    const { prompt } = this.#request(request);
    const left = at(this.#left, prompt) - 1;
    this.#left[prompt] = left;
    const held = this.#held.get(prompt);
    if (left > 0 || held === undefined) return;
    this.#held.delete(prompt);
    if (held.length > 0) this.#entries.give(held.start, held.length);
  }

  /** Returns the entries of a prompt, adding it to the prefill if necessary; null while it does not fit. */
  #hold(prompt: number, prefill: RowState[]): HeldPrompt | null {
    const known = this.#held.get(prompt);
    if (known !== undefined) return known;
    const tokens = at(this.#prompts, prompt);
    const length = tokens.length - 1;
    const start = length > 0 ? this.#entries.take(length) : 0;
    if (start === null) return null;
    for (const [position, token] of tokens.subarray(0, length).entries())
      prefill.push(promptLine(token, position, start));
    const held = { start, length };
    this.#held.set(prompt, held);
    return held;
  }

  #start(request: number, held: HeldPrompt): RowState {
    const { prompt, seed, stream } = this.#request(request);
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw new Error("no slot is free");
    this.#slotOf.set(request, slot);
    const suffixStart = this.#capacity.promptEntries + slot * this.#maxTokens;
    return {
      token: at(at(this.#prompts, prompt), held.length),
      position: held.length,
      write: suffixStart,
      prefixStart: held.start,
      prefixLength: held.length,
      suffixStart,
      seed,
      stream,
      output: slot,
    };
  }

  #request(request: number): RowRequest {
    return at(this.#requests, request);
  }
}

/** Counts the rows of each prompt. Throws if a prompt is missing or empty. */
export function rowsOf(prompts: readonly Int32Array[], requests: readonly RowRequest[]): number[] {
  if (prompts.some(({ length }) => length === 0)) throw new Error("a prompt has no tokens");
  const rows = prompts.map(() => 0);
  for (const { prompt } of requests) {
    const known = rows[prompt];
    if (known === undefined) throw new Error(`there is no prompt ${prompt}`);
    rows[prompt] = known + 1;
  }
  return rows;
}

/** A prompt token attends to the tokens up to and including itself. */
function promptLine(token: number, position: number, start: number): RowState {
  const write = start + position;
  const prefix = { prefixStart: start, prefixLength: position, suffixStart: write };
  return { token, position, write, ...prefix, seed: 0, stream: 0, output: 0 };
}
