/** Decoding on the WASM kernels: several tokens of all rows per call. */
import { at } from "../../../math/at.ts";
import type { DecoderWeights, LayerWeights } from "../../../ops/decodeTokens/input.ts";
import { MAX_STEPS, TokenDecoding } from "../../../ops/decodeTokens/tokenDecoding.ts";
import { isKernelHead } from "../../../ops/shapes.ts";
import type { WasmKernels } from "../../../ops/wasm/bridge.ts";
import { createRandom } from "../../../math/random.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import type { Decoding, Generated, RowRequest } from "../../../decoder/generation.ts";
import type { Prefill } from "./prefill.ts";
import { mergedMatrix } from "../lowRank.ts";
import { headName, layerName } from "../../weights/parameters.ts";
import { parameter, type Decoder } from "../transformer.ts";

/** Approximate maximum milliseconds of a call, during which no message is processed. */
const CALL_TIME = 30;

/** True if the kernels compute everything that the decoder has. */
export function kernelsDecode({ headDim, outputBias, mlpBias }: DecoderShape): boolean {
  return isKernelHead(headDim) && !outputBias && !mlpBias;
}

/** Decodes rows after prefill; see `generate`. */
export async function decodeByKernels(
  kernels: WasmKernels,
  decoder: Decoder,
  { prefix, starts, logits }: Prefill,
  requests: readonly RowRequest[],
  { temperature, topP, maxTokens }: Decoding,
  pause: (live: number) => Promise<void>,
): Promise<Generated[]> {
  const { eosTokens } = decoder.config;
  const groupOf = Int32Array.from(requests, ({ prompt }) => prompt);
  const batch = { prefix, prefixStarts: starts, groupOf, endTokens: eosTokens, temperature, topP, maxTokens };
  const streams = requests.map(({ seed, stream }) => createRandom(seed, stream));
  const draw = (row: number): number => at(streams, row).uniform();
  const rows = new TokenDecoding(kernels, weightsOf(decoder), batch);
  try {
    rows.first(logits, draw);
    for (let steps = 1; rows.live > 0;) {
      const start = performance.now();
      rows.advance(steps, draw);
      // The number of steps per call does not change any token.
      const stepTime = (performance.now() - start) / steps;
      steps = Math.max(1, Math.min(MAX_STEPS, Math.floor(CALL_TIME / stepTime)));
      await pause(rows.live);
    }
    return requests.map((_, row): Generated => {
      const { tokens, logprobs, entropy } = rows.row(row);
      const finished = eosTokens.includes(tokens.at(-1) ?? -1);
      return { tokens, logprobs, entropy: entropy / tokens.length, finished };
    });
  } finally {
    rows.dispose();
  }
}

function weightsOf(decoder: Decoder): DecoderWeights {
  const { layers, heads, kvHeads, headDim, hiddenWidth, normEpsilon } = decoder.config;
  return {
    heads,
    kvHeads,
    headDim,
    hiddenWidth,
    normEpsilon,
    embedding: parameter(decoder, "model.embed_tokens.weight"),
    head: parameter(decoder, headName(decoder.config)),
    finalNorm: parameter(decoder, "model.norm.weight"),
    rope: decoder.rope,
    layers: Array.from({ length: layers }, (_, layer) => () => layerWeights(decoder, layer)),
  };
}

/** Returns a layer's weights, any adapter merged: matrices are packed anyway, so decoding costs no more than without one. */
function layerWeights(decoder: Decoder, layer: number): LayerWeights {
  const part = (name: string) => parameter(decoder, layerName(layer, name));
  const matrix = (name: string) => {
    const weight = layerName(layer, `${name}.weight`);
    const own = parameter(decoder, weight);
    return decoder.adapter === null ? own : mergedMatrix(own, decoder.adapter, weight);
  };
  const { qkvBias, qkNorm } = decoder.config;
  const bias = (projection: string) => part(`self_attn.${projection}.bias`);
  return {
    inputNorm: part("input_layernorm.weight"),
    query: matrix("self_attn.q_proj"),
    key: matrix("self_attn.k_proj"),
    value: matrix("self_attn.v_proj"),
    ...(qkvBias ? { biases: [bias("q_proj"), bias("k_proj"), bias("v_proj")] } : {}),
    ...(qkNorm ? { headNorms: [part("self_attn.q_norm.weight"), part("self_attn.k_norm.weight")] } : {}),
    output: matrix("self_attn.o_proj"),
    postNorm: part("post_attention_layernorm.weight"),
    gate: matrix("mlp.gate_proj"),
    up: matrix("mlp.up_proj"),
    down: matrix("mlp.down_proj"),
  };
}
