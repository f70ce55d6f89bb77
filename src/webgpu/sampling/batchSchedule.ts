/** Which rows are decoded together: those that wait take the places of those that have ended, prompt by prompt. */
import type { BatchCapacity } from "./batchCapacity.ts";
import { FreeRanges } from "./freeRanges.ts";
import type { RowRequest } from "../../decoder/generation.ts";
import type { RowState } from "../layout/rowState.ts";

/** Rows that may start, and the prompt tokens to be read before. */
export interface Admission {
  readonly prefill: readonly RowState[];
  readonly rows: readonly AdmittedRow[];
}

export interface AdmittedRow {
  /** Number of its request. */
  readonly request: number;
  readonly state: RowState;
}

/** A prompt whose keys and values are in the cache. */
interface HeldPrompt {
  readonly start: number;
  readonly length: number;
}

/**
 * The prefill reads each prompt but for its last token, once; each row then starts by reading that token itself, which
 * gives its first logits. A prompt's entries are kept while rows of it wait or are under way. The entries of all
 * prompts come first in the cache, then those of each row's response.
 */
export class BatchSchedule {
  readonly #prompts: readonly Int32Array[];
  readonly #requests: readonly RowRequest[];
  readonly #maxTokens: number;
  readonly #room: BatchCapacity;
  /** Requests, those of a prompt together, so that few prompts are held at a time. */
  readonly #queue: readonly number[];
  readonly #entries: FreeRanges;
  readonly #freePlaces: number[];
  readonly #placeOf = new Map<number, number>();
  readonly #held = new Map<number, HeldPrompt>();
  /** Rows of each prompt that have not ended. */
  readonly #left: number[];
  #next = 0;

  constructor(
    prompts: readonly Int32Array[],
    requests: readonly RowRequest[],
    maxTokens: number,
    room: BatchCapacity,
  ) {
    this.#prompts = prompts;
    this.#requests = requests;
    this.#maxTokens = maxTokens;
    this.#room = room;
    this.#left = rowsOf(prompts, requests);
    this.#queue = [...requests.entries()].sort(([, a], [, b]) => a.prompt - b.prompt).map(([i]) => i);
    this.#entries = new FreeRanges(0, room.promptEntries);
    this.#freePlaces = Array.from({ length: room.rows }, (_, i) => room.rows - 1 - i);
  }

  /** Lets as many waiting rows start as there is room for. */
  admit(): Admission {
    const prefill: RowState[] = [];
    const rows: AdmittedRow[] = [];
    while (this.#freePlaces.length > 0) {
      const request = this.#queue[this.#next];
      if (request === undefined) break;
      const held = this.#hold(this.#request(request).prompt, prefill);
      if (held === null) break;
      rows.push({ request, state: this.#start(request, held) });
      this.#next += 1;
    }
    return { prefill, rows };
  }

  /** Notes that an admitted row has ended: its place is free, and its prompt's if no other row wants it. */
  release(request: number): void {
    const place = this.#placeOf.get(request);
    if (place === undefined) throw new Error(`row ${request} is not under way`);
    this.#placeOf.delete(request);
    this.#freePlaces.push(place);
    const { prompt } = this.#request(request);
    const left = (this.#left[prompt] ?? 0) - 1;
    this.#left[prompt] = left;
    const held = this.#held.get(prompt);
    if (left > 0 || held === undefined) return;
    this.#held.delete(prompt);
    if (held.length > 0) this.#entries.give(held.start, held.length);
  }

  /** Where a prompt's entries are; reads it first if need be; null while there is no room for it. */
  #hold(prompt: number, prefill: RowState[]): HeldPrompt | null {
    const known = this.#held.get(prompt);
    if (known !== undefined) return known;
    const tokens = this.#prompts[prompt] ?? new Int32Array();
    const length = tokens.length - 1;
    const start = length > 0 ? this.#entries.take(length) : 0;
    if (start === null) return null;
    for (let position = 0; position < length; position++)
      prefill.push(promptLine(tokens[position] ?? 0, position, start));
    const held = { start, length };
    this.#held.set(prompt, held);
    return held;
  }

  #start(request: number, held: HeldPrompt): RowState {
    const { prompt, seed, stream } = this.#request(request);
    const place = this.#freePlaces.pop() ?? 0; // `admit` has seen one
    this.#placeOf.set(request, place);
    const suffixStart = this.#room.promptEntries + place * this.#maxTokens;
    return {
      token: this.#prompts[prompt]?.[held.length] ?? 0,
      position: held.length,
      write: suffixStart,
      prefixStart: held.start,
      prefixLength: held.length,
      suffixStart,
      seed,
      stream,
      output: place,
    };
  }

  #request(request: number): RowRequest {
    const found = this.#requests[request];
    if (found === undefined) throw new Error(`there is no request ${request}`);
    return found;
  }
}

/** How many rows continue each prompt. Throws where a prompt is missing or has no tokens. */
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

/** A prompt token attends to those before it, and to itself. */
function promptLine(token: number, position: number, start: number): RowState {
  const write = start + position;
  const prefix = { prefixStart: start, prefixLength: position, suffixStart: write };
  return { token, position, write, ...prefix, seed: 0, stream: 0, output: 0 };
}
