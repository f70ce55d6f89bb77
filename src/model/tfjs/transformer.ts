/** The decoder: tokens -> hidden states -> logits. Training, prefill and decoding differ only in attention. */
import { gatherRows } from "../../ops/gatherRows/gatherRows.ts";
import { frozenLinear, linear } from "../../ops/linear/linear.ts";
import { rmsNorm } from "../../ops/rmsNorm/rmsNorm.ts";
import { rotate, type RopeTable } from "../../ops/rotate/rotate.ts";
import { checkpoint } from "../../ops/checkpoint.ts";
import { sum } from "../../ops/differentiable.ts";
import { swiglu } from "../../ops/swiglu/swiglu.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import { addLowRank, type LowRank } from "./lowRank.ts";
import { headName, layerName } from "../weights/parameters.ts";
import type { Parameters } from "./tfParameters.ts";

/** A decoder on the backend. */
export interface Decoder {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly rope: RopeTable;
  /** LoRA adapter, under which the parameters are frozen; null if they are trained. */
  readonly adapter: LowRank | null;
  /** Gradient checkpointing per layer, in training; ignored with dropout. */
  readonly recompute: boolean;
}

/** Attention of one layer: queries [M, H*hd], keys and values [M, Hkv*hd], rotated -> context [M, H*hd]. */
export type Attend = (layer: number, q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor;

/** Returns a parameter by name. Throws if there is none. */
export function parameter({ parameters }: Decoder, name: string): tf.Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new Error(`the decoder has no parameter ${name}`);
  return tensor;
}

/** Returns hidden states [M, D] after the final norm, for `tokens` at `positions` (int32 [M]). */
export function hiddenStates(
  decoder: Decoder,
  tokens: tf.Tensor,
  positions: tf.Tensor,
  attend: Attend,
): tf.Tensor {
  const { config, recompute } = decoder;
  const layerOf = recompute && (decoder.adapter?.drop ?? null) === null ? recomputed : decoderLayer;
  let x: tf.Tensor = gatherRows(parameter(decoder, "model.embed_tokens.weight"), tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const input = x;
    x = tf.tidy(() => layerOf(decoder, layer, input, positions, attend));
  }
  return rmsNorm(x, parameter(decoder, "model.norm.weight"), config.normEpsilon);
}

/** Returns the output head [V, D], which adapters do not target. */
export function headOf(decoder: Decoder): tf.Tensor {
  return parameter(decoder, headName(decoder.config));
}

/** Returns the logits [M, V] of hidden states [M, D]. */
export function logitsOf(decoder: Decoder, hidden: tf.Tensor): tf.Tensor {
  return product(decoder, hidden, headName(decoder.config));
}

/** Returns x Wᵀ + bias [M, out] for x [M, in] and the matrix named `weight`, plus the adapter's low-rank product. */
function product(decoder: Decoder, x: tf.Tensor, weight: string, biasName?: string): tf.Tensor {
  const matrix = parameter(decoder, weight);
  const bias = biasName === undefined ? undefined : parameter(decoder, biasName);
  const { adapter } = decoder;
  if (adapter === null) return linear(x, matrix, bias);
  // Tidied, since tensors not needed by the backward pass would otherwise stay until the tape ends.
  return tf.tidy(() => addLowRank(frozenLinear(x, matrix, bias), x, adapter, weight));
}

/** Returns the product with a projection's matrix and, if it has one, its bias. */
function projection(decoder: Decoder, x: tf.Tensor, name: string, hasBias: boolean): tf.Tensor {
  return product(decoder, x, `${name}.weight`, hasBias ? `${name}.bias` : undefined);
}

/** A layer, or its attention: hidden states [M, D] -> [M, D]. */
type LayerOf = (
  decoder: Decoder,
  layer: number,
  x: tf.Tensor,
  positions: tf.Tensor,
  attend: Attend,
) => tf.Tensor;

const decoderLayer: LayerOf = (decoder, layer, x, positions, attend) => {
  const read = normed(decoder, layer, "input_layernorm", x);
  const middle = sum(x, attention(decoder, layer, read, positions, attend));
  return sum(middle, mlp(decoder, layer, normed(decoder, layer, "post_attention_layernorm", middle)));
};

/** A layer with gradient checkpointing: keeps only its input and trained tensors for the backward pass. */
const recomputed: LayerOf = (decoder, layer, x, positions, attend) => {
  const { parameters, adapter } = decoder;
  const trained = adapter?.tensors ?? parameters;
  const names = [...trained.keys()].filter((name) => name.startsWith(layerName(layer, "")));
  const tensors = names.map((name) => trained.get(name) as tf.Tensor); // names of its own keys
  return checkpoint(
    ([hidden, ...again], [at]) => {
      const own = new Map(names.map((name, i) => [name, again[i] as tf.Tensor])); // as many as names
      const changed = adapter === null ? { parameters: own } : { adapter: { ...adapter, tensors: own } };
      return decoderLayer({ ...decoder, ...changed }, layer, hidden as tf.Tensor, at as tf.Tensor, attend);
    },
    [x, ...tensors],
    [positions],
  );
};

function normed(decoder: Decoder, layer: number, norm: string, x: tf.Tensor): tf.Tensor {
  return rmsNorm(x, parameter(decoder, layerName(layer, `${norm}.weight`)), decoder.config.normEpsilon);
}

const attention: LayerOf = (decoder, layer, x, positions, attend) => {
  const { qkvBias, outputBias } = decoder.config;
  const project = (part: string): tf.Tensor =>
    projection(decoder, x, layerName(layer, `self_attn.${part}`), qkvBias);
  const rotated = (part: "q" | "k"): tf.Tensor =>
    rotate(normedHeads(decoder, layer, part, project(`${part}_proj`)), positions, decoder.rope);
  const [q, k] = [rotated("q"), rotated("k")];
  const context = attend(layer, q, k, project("v_proj"));
  return projection(decoder, context, layerName(layer, "self_attn.o_proj"), outputBias);
};

/** Returns queries or keys [M, heads * hd], with RMSNorm per head if the architecture has it. */
function normedHeads(decoder: Decoder, layer: number, part: "q" | "k", x: tf.Tensor): tf.Tensor {
  const { qkNorm, headDim } = decoder.config;
  if (!qkNorm) return x;
  const heads = tf.reshape(x, [-1, headDim]);
  return tf.reshape(normed(decoder, layer, `self_attn.${part}_norm`, heads), x.shape);
}

function mlp(decoder: Decoder, layer: number, x: tf.Tensor): tf.Tensor {
  const project = (part: string, input: tf.Tensor): tf.Tensor =>
    projection(decoder, input, layerName(layer, `mlp.${part}_proj`), decoder.config.mlpBias);
  return project("down", swiglu(project("gate", x), project("up", x)));
}
