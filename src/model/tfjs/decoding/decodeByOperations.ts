/** Decoding on single operations, for any backend: one token per step for all rows; finished rows are dropped. */
import { at } from "../../../math/at.ts";
import { decodeAttention, type DecodeCache } from "../../../ops/decodeAttention/decodeAttention.ts";
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import * as tf from "../../../ops/tf.ts";
import { createRandom, type Random } from "../../../math/random.ts";
import type { Decoding, Generated, RowRequest } from "../../../decoder/generation.ts";
import type { ModelConfig } from "../../language/config.ts";
import { indices } from "../packedRows.ts";
import type { Prefill } from "./prefill.ts";
import { Sampler } from "./sampler.ts";
import { hiddenStates, logitsOf, type Decoder } from "../transformer.ts";

/** A row being decoded. */
interface Row {
  readonly request: RowRequest;
  readonly random: Random;
  readonly tokens: number[];
  readonly logprobs: number[];
  entropy: number;
  /** True after the end-of-sequence token or at the maximum length. */
  finished: boolean;
}

/** KV cache of all layers. */
interface Cache {
  readonly prefix: Prefill["prefix"];
  readonly prefixStarts: Int32Array;
  /** By layer: the tokens of each row [R, S, Hkv*hd]; empty before the first step. */
  suffix: { keys: tf.Tensor; values: tf.Tensor }[];
}

/** The cache is compacted when fewer than this fraction of its rows are unfinished. */
const COMPACT_BELOW = 0.75;

/** Decodes rows after prefill; see `generate`. */
export async function decodeByOperations(
  decoder: Decoder,
  { prefix, starts, logits }: Prefill,
  requests: readonly RowRequest[],
  decoding: Decoding,
  pause: (live: number) => Promise<void>,
): Promise<Generated[]> {
  const rows = requests.map((request): Row => {
    const random = createRandom(request.seed, request.stream);
    return { request, random, tokens: [], logprobs: [], entropy: 0, finished: false };
  });
  const sampler = new Sampler(decoder.config.vocabulary);
  const cache: Cache = { prefix, prefixStarts: starts, suffix: [] };
  try {
    const first = await logits.data<"float32">();
    for (const row of rows) drawInto(row, sampler, first, row.request.prompt, decoder.config, decoding);
    let live = rows.filter((row) => !row.finished);
    let held = rows; // the cache's rows, including finished ones until compaction
    for (let step = 0; live.length > 0 && step + 1 < decoding.maxTokens; step++) {
      if (live.length < COMPACT_BELOW * held.length) {
        compact(cache, held, live);
        held = live;
      }
      const scores = await decodeStep(decoder, cache, held, step);
      for (const [i, row] of held.entries())
        if (!row.finished) drawInto(row, sampler, scores, i, decoder.config, decoding);
      live = live.filter((row) => !row.finished);
      await pause(live.length);
    }
  } finally {
    tf.dispose(cache.suffix.map(Object.values));
  }
  return rows.map((row) => toGenerated(row, decoder.config.eosTokens));
}

/** Feeds each row's last token, at index `step` of its response; returns logits [R, V]. */
async function decodeStep(
  decoder: Decoder,
  cache: Cache,
  rows: readonly Row[],
  step: number,
): Promise<Float32Array> {
  const { heads, kvHeads } = decoder.config;
  const promptLength = ({ request: { prompt } }: Row): number =>
    at(cache.prefixStarts, prompt + 1) - at(cache.prefixStarts, prompt);
  const logits = tf.tidy(() => {
    const tokens = indices(Int32Array.from(rows, (row) => row.tokens.at(-1) ?? 0));
    const positions = indices(Int32Array.from(rows, (row) => promptLength(row) + step));
    const rowGroup = indices(Int32Array.from(rows, (row) => row.request.prompt));
    const hidden = hiddenStates(decoder, tokens, positions, (layer, q, k, v) => {
      const layerCache = extend(cache, layer, k, v);
      return decodeAttention({ q, cache: layerCache, rowGroup, heads, kvHeads });
    });
    return logitsOf(decoder, hidden);
  });
  const values = await logits.data<"float32">();
  logits.dispose();
  return values;
}

/** Appends one token's keys and values [R, Hkv*hd] to a layer's cache; returns the attention input. */
function extend(cache: Cache, layer: number, k: tf.Tensor, v: tf.Tensor): DecodeCache {
  const { keys: prefixKeys, values: prefixValues } = at(cache.prefix, layer);
  const before = cache.suffix[layer];
  const suffix = { keys: append(before?.keys, k), values: append(before?.values, v) };
  cache.suffix[layer] = suffix;
  const { prefixStarts } = cache;
  return { prefixKeys, prefixValues, prefixStarts, suffixKeys: suffix.keys, suffixValues: suffix.values };
}

/** Returns a cache [R, S, W] with one more token per row, x [R, W]; disposes the old one. */
function append(cache: tf.Tensor | undefined, x: tf.Tensor): tf.Tensor {
  const token = tf.expandDims(x, 1);
  if (cache === undefined) return tf.keep(token);
  const longer = tf.keep(tf.concat([cache, token], 1));
  cache.dispose();
  return longer;
}

/** Reduces the cache to the `live` rows, in their order. */
function compact(cache: Cache, held: readonly Row[], live: readonly Row[]): void {
  const kept = indices(Int32Array.from(live, (row) => held.indexOf(row)));
  cache.suffix = cache.suffix.map(({ keys, values }) => {
    const moved = { keys: tf.keep(gatherCache(keys, kept)), values: tf.keep(gatherCache(values, kept)) };
    tf.dispose([keys, values]);
    return moved;
  });
  kept.dispose();
}

/** Returns the rows `kept` of a cache [R, S, W]. */
function gatherCache(cache: tf.Tensor, kept: tf.Tensor1D): tf.Tensor {
  return tf.tidy(() => {
    const [rows, slots, width] = [at(cache.shape, 0), at(cache.shape, 1), at(cache.shape, 2)];
    return tf.reshape(gatherRows(tf.reshape(cache, [rows, slots * width]), kept), [kept.size, slots, width]);
  });
}

/** Draws a row's next token from row `place` of the logits [R, V]. */
function drawInto(
  row: Row,
  sampler: Sampler,
  logits: Float32Array,
  place: number,
  config: ModelConfig,
  { temperature, topP, maxTokens }: Decoding,
): void {
  const draw = sampler.draw(logits, place * config.vocabulary, temperature, topP, row.random.uniform());
  row.tokens.push(draw.token);
  row.logprobs.push(draw.logprob);
  row.entropy += draw.entropy;
  row.finished = config.eosTokens.includes(draw.token) || row.tokens.length >= maxTokens;
}

function toGenerated(row: Row, eosTokens: readonly number[]): Generated {
  return {
    tokens: Int32Array.from(row.tokens),
    logprobs: Float32Array.from(row.logprobs),
    entropy: row.entropy / row.tokens.length,
    finished: eosTokens.includes(row.tokens.at(-1) ?? -1),
  };
}
