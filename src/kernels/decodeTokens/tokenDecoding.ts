import { expectShape, headWidth, longestPart } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import { Arena } from "./arena.ts";
import type { DecodeBatch, DecodedRow, DecoderWeights } from "./input.ts";
import { DECODING_BYTES, readDecoding, writeDecoding, type DecodingFields } from "./layout.ts";
import { packDecoder } from "./packedDecoder.ts";

/** Most tokens decoded in one call. */
export const MAX_STEPS = 16;

/** Rows whose logits lie side by side: `BLOCK` of the kernel. */
const LOGITS_ROWS = 48;

/** Rows being decoded by the WASM kernels: whole steps in one call, drawing included, nothing made per token. */
export class TokenDecoding {
  readonly #kernels: WasmKernels;
  readonly #arena: Arena;
  readonly #batch: DecodeBatch;
  readonly #fields: DecodingFields;
  readonly #decoding: number;

  /** `weights` and the prefix of `batch` must stay as they are until `dispose`. */
  constructor(kernels: WasmKernels, weights: DecoderWeights, batch: DecodeBatch) {
    this.#kernels = kernels;
    this.#batch = batch;
    this.#arena = new Arena(kernels);
    this.#decoding = this.#arena.take(DECODING_BYTES);
    this.#fields = this.#layOut(weights);
    // Only now: what was allocated before may have replaced the buffer.
    new Float64Array(kernels.buffer, this.#fields.entropies, this.rows).fill(0);
    writeDecoding(kernels.buffer, this.#decoding, this.#fields);
  }

  #layOut(weights: DecoderWeights): DecodingFields {
    const { prefixStarts, groupOf, endTokens, temperature, topP, maxTokens } = this.#batch;
    const decoder = packDecoder(this.#kernels, this.#arena, weights, this.#batch);
    const longest = longestPart("decodeTokens: prefixStarts", prefixStarts, prefixStarts.at(-1) ?? 0, 0);
    const [positions] = weights.rope.cos.shape;
    if (longest + maxTokens > positions + 1) throw new Error("decodeTokens: more tokens than positions");
    const groups = prefixStarts.length - 1;
    if (groupOf.some((group) => group < 0 || group >= groups)) throw new Error("decodeTokens: no such group");
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
      live: this.#arena.integers(groupOf.map((_, place) => place)),
      count: rows,
      step: 0,
      ...this.#workingMemory(decoder, rows, groups, longest),
    };
  }

  #workingMemory(
    d: Pick<DecodingFields, "width" | "hiddenWidth" | "heads" | "kvHeads" | "headDim" | "vocabulary">,
    rows: number,
    groups: number,
    longest: number,
  ) {
    const { call } = this.#kernels;
    const headDim = headWidth("decodeTokens", d.heads * d.headDim, d.heads, d.kvHeads);
    const floats = (width: number): number => this.#arena.words(rows * width);
    return {
      x: floats(d.width),
      normed: floats(d.width),
      rstd: floats(1),
      queries: floats(d.heads * headDim),
      keys: floats(d.kvHeads * headDim),
      values: floats(d.kvHeads * headDim),
      context: floats(d.heads * headDim),
      gates: floats(d.hiddenWidth),
      ups: floats(d.hiddenWidth),
      positions: floats(1),
      groupsOfLive: floats(1),
      logits: this.#arena.words(LOGITS_ROWS * d.vocabulary),
      drawScratch: this.#arena.take(call.drawScratch(d.vocabulary)),
      scratch: this.#arena.take(
        call.decodeScratch(rows, groups, longest, this.#batch.maxTokens, d.kvHeads, headDim),
      ),
    };
  }

  get rows(): number {
    return this.#batch.groupOf.length;
  }

  /** Rows that have neither ended nor been cut. */
  get live(): number {
    return readDecoding(this.#kernels.buffer, this.#decoding, "count");
  }

  /** Draws each row's first token from its prompt's logits [G, V]. `draw` gives a row's next number in [0, 1). */
  first(logits: tf.Tensor, draw: (row: number) => number): void {
    expectShape("decodeTokens: logits", logits, [this.#fields.groups, this.#fields.vocabulary]);
    this.#fillUniforms(1, draw);
    this.#check(this.#kernels.call.decodeFirst(this.#decoding, this.#kernels.address(logits)));
  }

  /** Decodes up to `steps` (at most `MAX_STEPS`) more tokens of each live row. */
  advance(steps: number, draw: (row: number) => number): void {
    if (steps > MAX_STEPS) throw new Error(`decodeTokens: ${steps} steps at once, at most ${MAX_STEPS}`);
    this.#fillUniforms(steps, draw);
    this.#check(this.#kernels.call.decodeTokens(this.#decoding, steps));
  }

  #fillUniforms(steps: number, draw: (row: number) => number): void {
    const { buffer } = this.#kernels;
    const uniforms = new Float64Array(buffer, this.#fields.uniforms, this.rows * MAX_STEPS);
    for (const row of new Int32Array(buffer, this.#fields.live, this.live)) {
      for (let step = 0; step < steps; step++) uniforms[row * MAX_STEPS + step] = draw(row);
    }
  }

  #check(finite: number): void {
    if (finite === 0) throw new Error("the model's logits are not finite: its weights are broken");
  }

  /** What was decoded of a row that is no longer live. */
  row(row: number): DecodedRow {
    const { buffer } = this.#kernels;
    const { maxTokens, endTokens } = this.#batch;
    const at = (address: number): number => address + row * maxTokens * 4;
    const tokens = new Int32Array(buffer, at(this.#fields.tokens), maxTokens);
    const end = tokens.findIndex((token) => endTokens.includes(token));
    const length = end < 0 ? maxTokens : end + 1;
    return {
      tokens: tokens.slice(0, length),
      logprobs: new Float32Array(buffer, at(this.#fields.logprobs), maxTokens).slice(0, length),
      entropy: new Float64Array(buffer, this.#fields.entropies, this.rows)[row] ?? 0,
    };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}
