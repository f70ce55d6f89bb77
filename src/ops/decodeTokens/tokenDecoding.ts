import { at } from "../../math/at.ts";
import { expectShape, headWidth, longestPart } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import { Arena } from "./arena.ts";
import type { DecodeBatch, DecodedRow, DecoderWeights } from "./input.ts";
import {
  changeDecoding,
  DECODING_BYTES,
  readDecoding,
  writeDecoding,
  type DecodingFields,
} from "./layout.ts";
import { packDecoder } from "./packedDecoder.ts";

/** Maximum tokens per row and call. */
export const MAX_STEPS = 16;

/** Rows whose logits are computed together: `BLOCK` of the kernel. */
const LOGITS_ROWS = 48;

/** Rows of a tile of a product; a part with fewer rows costs as much. */
const TILE_ROWS = 4;

/** End of a chain: `NONE` of the kernel. */
const NONE = -1;

/** Chains of rows that a thread decodes in one call. */
interface Part {
  /** Address of its `Decoding`. */
  readonly decoding: number;
  /** Address of the list of its chains' heads. */
  readonly live: number;
}

type SharedFields = Omit<DecodingFields, keyof ReturnType<typeof workingMemory>>;

/** Decodes rows with the WASM kernels: several whole steps per call, sampling included, without allocation per token. */
export class TokenDecoding {
  readonly #kernels: WasmKernels;
  readonly #arena: Arena;
  readonly #batch: DecodeBatch;
  readonly #fields: SharedFields;
  readonly #parts: readonly Part[];
  /** Tokens of each live row so far. */
  #step = 0;

  /** Embedding, head, vectors and the prefix of `batch` must not change until `dispose`. */
  constructor(kernels: WasmKernels, weights: DecoderWeights, batch: DecodeBatch) {
    this.#kernels = kernels;
    this.#batch = batch;
    this.#arena = new Arena(kernels);
    this.#fields = this.#layOut(weights);
    const drafts = Array.from({ length: this.#partsFor(this.rows) }, () => ({
      decoding: this.#arena.take(DECODING_BYTES),
      // Each part has memory for all rows: its chains may split while others do not.
      memory: workingMemory(kernels, this.#arena, this.#fields, this.rows, batch.maxTokens),
    }));
    // Read now, because the allocations above may have replaced the buffer.
    new Float64Array(kernels.buffer, this.#fields.entropies, this.rows).fill(0);
    for (const { decoding, memory } of drafts) {
      writeDecoding(kernels.buffer, decoding, { ...this.#fields, ...memory });
    }
    this.#parts = drafts.map(({ decoding, memory }) => ({ decoding, live: memory.live }));
    this.#deal(this.#chainPrompts());
  }

  /** Links the rows of each prompt to a chain; returns the indices of the heads. */
  #chainPrompts(): Int32Array {
    const { groupOf } = this.#batch;
    const next = this.#next().fill(NONE);
    const heads: number[] = [];
    const tails = new Map<number, number>();
    for (const [place, group] of groupOf.entries()) {
      const tail = tails.get(group);
      if (tail === undefined) heads.push(place);
      else next[tail] = place;
      tails.set(group, place);
    }
    return Int32Array.from(heads);
  }

  #next(): Int32Array {
    return new Int32Array(this.#kernels.buffer, this.#fields.next, this.rows);
  }

  #partsFor(rows: number): number {
    return Math.max(1, Math.min(this.#kernels.pool.shares, Math.ceil(rows / TILE_ROWS)));
  }

  #layOut(weights: DecoderWeights): SharedFields {
    const { prefixStarts, groupOf, endTokens, temperature, topP, maxTokens } = this.#batch;
    const decoder = packDecoder(this.#kernels, this.#arena, weights, this.#batch);
    const longest = longestPart(
      "decodeTokens: prefixStarts",
      prefixStarts,
      at(prefixStarts, prefixStarts.length - 1),
      0,
    );
    const [positions] = weights.rope.cos.shape;
    if (longest + maxTokens > positions + 1)
      throw new Error("decodeTokens: prompt and response exceed the model's positions");
    const groups = prefixStarts.length - 1;
    if (groupOf.some((group) => group < 0 || group >= groups))
      throw new Error("decodeTokens: a row's group is out of range");
    const rows = groupOf.length;
    return {
      ...decoder,
      temperature,
      topP,
      prefixStarts: this.#arena.integers(prefixStarts),
      groups,
      longest,
      endTokens: this.#arena.integers(endTokens),
      endCount: endTokens.length,
      slots: maxTokens,
      drawn: MAX_STEPS,
      groupOf: this.#arena.integers(groupOf),
      tokens: this.#arena.words(rows * maxTokens),
      logprobs: this.#arena.words(rows * maxTokens),
      entropies: this.#arena.take(rows * 8),
      uniforms: this.#arena.take(rows * MAX_STEPS * 8),
      next: this.#arena.words(rows),
    };
  }

  /** Distributes the chains over the parts; some may get none. */
  #deal(heads: Int32Array): void {
    const { buffer } = this.#kernels;
    const share = partOf(heads.length, this.#partsFor(heads.length));
    for (const [i, { decoding, live }] of this.#parts.entries()) {
      const own = heads.subarray(i * share, (i + 1) * share);
      new Int32Array(buffer, live, own.length).set(own);
      changeDecoding(buffer, decoding, { count: own.length, step: this.#step });
    }
  }

  /** Indices of the heads of all chains, ascending. */
  #heads(): Int32Array {
    const { buffer } = this.#kernels;
    const heads = this.#parts.map(({ decoding, live }) => {
      return new Int32Array(buffer, live, readDecoding(buffer, decoding, "count"));
    });
    return Int32Array.from(heads.flatMap((part) => [...part])).sort();
  }

  /** Indices of the live rows, chain by chain. */
  #live(): number[] {
    const next = this.#next();
    const places: number[] = [];
    for (const head of this.#heads()) {
      for (let place = head; place !== NONE; place = next[place] ?? NONE) places.push(place);
    }
    return places;
  }

  get rows(): number {
    return this.#batch.groupOf.length;
  }

  /** Number of rows that have neither ended nor reached `maxTokens`. */
  get live(): number {
    return this.#live().length;
  }

  /** Samples the first token of each row from the logits of its prompt [G, V]. `draw` returns the next random number in [0, 1) of a row. */
  first(logits: tf.Tensor, draw: (row: number) => number): void {
    expectShape("decodeTokens: logits", logits, [this.#fields.groups, this.#fields.vocabulary]);
    const logitsAt = this.#kernels.address(logits);
    this.#run("decodeFirst", 1, draw, (decoding) => [decoding, logitsAt]);
  }

  /** Decodes up to `steps` (at most `MAX_STEPS`) more tokens of each live row. */
  advance(steps: number, draw: (row: number) => number): void {
    if (steps > MAX_STEPS) throw new Error(`decodeTokens: ${steps} steps at once, at most ${MAX_STEPS}`);
    this.#run("decodeTokens", steps, draw, (decoding) => [decoding, steps]);
  }

  /** Distributes the chains and calls the kernel on each part that has some. */
  #run(
    name: "decodeFirst" | "decodeTokens",
    steps: number,
    draw: (row: number) => number,
    args: (decoding: number) => [number, number],
  ): void {
    const heads = this.#heads();
    this.#deal(heads);
    const uniforms = new Float64Array(this.#kernels.buffer, this.#fields.uniforms, this.rows * MAX_STEPS);
    for (const row of this.#live()) {
      for (let step = 0; step < steps; step++) uniforms[row * MAX_STEPS + step] = draw(row);
    }
    const busy = this.#parts.slice(0, this.#partsFor(heads.length));
    const finite = this.#kernels.pool.run(
      name,
      busy.map(({ decoding }) => args(decoding)),
    );
    if (finite.includes(0)) throw new Error("the model's logits are not finite: its weights are broken");
    this.#step += steps;
  }

  /** Returns the response of a row that is no longer live. */
  row(row: number): DecodedRow {
    const { buffer } = this.#kernels;
    const { maxTokens, endTokens } = this.#batch;
    const ofRow = (address: number): number => address + row * maxTokens * 4;
    const tokens = new Int32Array(buffer, ofRow(this.#fields.tokens), maxTokens);
    const end = tokens.findIndex((token) => endTokens.includes(token));
    const length = end < 0 ? maxTokens : end + 1;
    return {
      tokens: tokens.slice(0, length),
      logprobs: new Float32Array(buffer, ofRow(this.#fields.logprobs), maxTokens).slice(0, length),
      entropy: at(new Float64Array(buffer, this.#fields.entropies, this.rows), row),
    };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/** Rows per part, except for the last. */
function partOf(rows: number, parts: number): number {
  return Math.ceil(rows / parts / TILE_ROWS) * TILE_ROWS;
}

/** Working memory of a part, for up to `rows` rows. */
function workingMemory(
  { call }: WasmKernels,
  arena: Arena,
  d: Pick<
    DecodingFields,
    "width" | "hiddenWidth" | "heads" | "kvHeads" | "headDim" | "vocabulary" | "groups" | "longest"
  >,
  rows: number,
  maxTokens: number,
) {
  const headDim = headWidth("decodeTokens", d.heads * d.headDim, d.heads, d.kvHeads);
  const floats = (width: number): number => arena.words(rows * width);
  return {
    live: floats(1),
    oldHeads: floats(1),
    tails: floats(1),
    count: 0,
    step: 0,
    x: floats(d.width),
    normed: floats(d.width),
    rstd: floats(d.heads),
    queries: floats(d.heads * headDim),
    keys: floats(d.kvHeads * headDim),
    values: floats(d.kvHeads * headDim),
    context: floats(d.heads * headDim),
    gates: floats(d.hiddenWidth),
    ups: floats(d.hiddenWidth),
    positions: floats(1),
    groupsOfLive: floats(1),
    logits: arena.words(LOGITS_ROWS * d.vocabulary),
    drawScratch: arena.take(call.drawScratch(d.vocabulary)),
    scratch: arena.take(call.decodeScratch(rows, d.groups, d.longest, maxTokens, d.kvHeads, headDim)),
  };
}
