/**
 * State of each line of a batch on the GPU. In the prefill a line is one prompt token; in decoding it is one row, whose
 * state the sampling kernel advances after each token, so the host writes nothing between tokens.
 */
import { at } from "../../math/at.ts";

/** State of a line; fields in the order of `ROW_WGSL`. */
export interface RowState {
  /** Input token. */
  readonly token: number;
  readonly position: number;
  /** KV cache entry that its key and value are written to. */
  readonly write: number;
  /** First of the `prefixLength` shared entries it attends to. */
  readonly prefixStart: number;
  readonly prefixLength: number;
  /** First entry of its own; it attends to those up to and including `write`. */
  readonly suffixStart: number;
  readonly seed: number;
  readonly stream: number;
  /** Index of the row in the outputs. */
  readonly output: number;
  /** End of the range of lines that attend to it; used in training only. */
  readonly end?: number;
}

/** 32-bit words of a line. */
export const ROW_WORDS = 12;
const SAMPLED_WORD = 9;
const FINISHED_WORD = 10;
const END_WORD = 11;

export const ROW_WGSL = `
struct Row {
  token: u32, position: u32, write: u32,
  prefixStart: u32, prefixLength: u32, suffixStart: u32,
  seed: u32, stream: u32, output: u32,
  sampled: u32, finished: u32, end: u32,
}`;

/** Packs lines as kernels read them. */
export function packStates(states: readonly RowState[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(states.length * ROW_WORDS);
  for (const [i, s] of states.entries()) {
    const { token, position, write, prefixStart, prefixLength, suffixStart, seed, stream, output } = s;
    words.set(
      [token, position, write, prefixStart, prefixLength, suffixStart, seed, stream, output],
      i * ROW_WORDS,
    );
    words[i * ROW_WORDS + END_WORD] = s.end ?? 0;
  }
  return words;
}

/** Reads the number of tokens of line `i` and whether it has ended from a copy of the lines. */
export function lineProgress(
  words: Uint32Array,
  i: number,
): { readonly sampled: number; readonly finished: boolean } {
  const word = (offset: number): number => at(words, i * ROW_WORDS + offset);
  return { sampled: word(SAMPLED_WORD), finished: word(FINISHED_WORD) !== 0 };
}

/** Settings of a batch. */
export interface BatchSettings {
  /** Lines. */
  readonly count: number;
  /** Maximum tokens of a response. */
  readonly maxTokens: number;
  /** 0 is greedy decoding, with logprobs at temperature 1. */
  readonly temperature: number;
  readonly topP: number;
  readonly eosTokens: readonly number[];
}

export const BATCH_BYTES = 64;

export const BATCH_WGSL = `
struct Batch {
  count: u32, maxTokens: u32, greedy: u32, eosCount: u32,
  inverseTemperature: f32, topP: f32, unused: vec2u,
  eos: array<vec4u, 2>,
}`;

/** Packs settings as kernels read them. */
export function packSettings(settings: BatchSettings): ArrayBuffer {
  const { count, maxTokens, temperature, topP, eosTokens } = settings;
  const bytes = new ArrayBuffer(BATCH_BYTES);
  const greedy = temperature === 0;
  new Uint32Array(bytes).set([count, maxTokens, greedy ? 1 : 0, eosTokens.length]);
  new Float32Array(bytes).set([greedy ? 1 : 1 / temperature, topP], 4);
  new Uint32Array(bytes).set(eosTokens, 8);
  return bytes;
}

/** 32-bit words per sampled token in the outputs. */
export const OUTPUT_WORDS = 3;
/** Tokens per row in the outputs, a ring buffer that the host reads before it wraps. */
export const OUTPUT_TOKENS = 8;

export const OUTPUT_WGSL = `struct Output { token: u32, logprob: f32, entropy: f32 }`;
