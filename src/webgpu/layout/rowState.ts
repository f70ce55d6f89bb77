/**
 * The state of each line of a batch, on the GPU. A line of the prefill is one prompt token; a line of decoding is one
 * row, which the sampling kernel moves on from token to token, so that the host has nothing to write between them.
 */

/** A line: what it reads, where its key and value go, what it attends to. Order and size as in `ROW_WGSL`. */
export interface RowState {
  /** The token to read. */
  readonly token: number;
  readonly position: number;
  /** Place of its key and value in the cache. */
  readonly write: number;
  /** It attends to `prefixLength` entries of the cache from here... */
  readonly prefixStart: number;
  readonly prefixLength: number;
  /** ...and to those from here to `write`, itself included. */
  readonly suffixStart: number;
  readonly seed: number;
  readonly stream: number;
  /** Place of the row in the outputs. */
  readonly output: number;
  /** First line after those that attend to it; training alone asks. */
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

/** Lines as the kernels see them. */
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

/** How many tokens line `i` of a copy of the lines has, and whether it has ended. */
export function lineProgress(
  words: Uint32Array,
  i: number,
): { readonly sampled: number; readonly finished: boolean } {
  const word = (offset: number): number => words[i * ROW_WORDS + offset] ?? 0;
  return { sampled: word(SAMPLED_WORD), finished: word(FINISHED_WORD) !== 0 };
}

/** Settings of a batch. */
export interface BatchSettings {
  /** Lines. */
  readonly count: number;
  /** Most tokens of a response. */
  readonly maxTokens: number;
  /** 0 takes the most likely token, and its logprob at temperature 1. */
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

/** Settings as the kernels see them. */
export function packSettings(settings: BatchSettings): ArrayBuffer {
  const { count, maxTokens, temperature, topP, eosTokens } = settings;
  const bytes = new ArrayBuffer(BATCH_BYTES);
  const greedy = temperature === 0;
  new Uint32Array(bytes).set([count, maxTokens, greedy ? 1 : 0, eosTokens.length]);
  new Float32Array(bytes).set([greedy ? 1 : 1 / temperature, topP], 4);
  new Uint32Array(bytes).set(eosTokens, 8);
  return bytes;
}

/** 32-bit words of one sampled token in the outputs. */
export const OUTPUT_WORDS = 3;
/** Tokens of a row that the outputs hold: token t at t modulo this. The host reads them before they are overwritten. */
export const OUTPUT_TOKENS = 8;

export const OUTPUT_WGSL = `struct Output { token: u32, logprob: f32, entropy: f32 }`;
