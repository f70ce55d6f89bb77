import { at } from "../../math/at.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { DecodeBatch, DecoderWeights, LayerWeights } from "./input.ts";
import type { Arena } from "./arena.ts";
import type { DecodingFields } from "./layout.ts";

/** Fields of a `Decoding` that describe the decoder. */
type PackedDecoder = Pick<
  DecodingFields,
  | "layers"
  | "width"
  | "hiddenWidth"
  | "heads"
  | "kvHeads"
  | "headDim"
  | "vocabulary"
  | "embedding"
  | "layerTable"
  | "finalNorm"
  | "head"
  | "cos"
  | "sin"
  | "epsilon"
>;

/** Packs the matrices of a decoder for the kernel and allocates the KV cache of its layers. */
export function packDecoder(
  kernels: WasmKernels,
  arena: Arena,
  weights: DecoderWeights,
  batch: DecodeBatch,
): PackedDecoder {
  const { heads, kvHeads, headDim, hiddenWidth, embedding, finalNorm, rope } = weights;
  const [vocabulary, width] = matrixShape("decodeTokens: embedding", embedding);
  if (batch.prefix.length !== weights.layers.length)
    throw new Error("decodeTokens: the prefix must have an entry per layer");
  expectShape("decodeTokens: final norm", finalNorm, [width]);
  const packer = new Packer(kernels, arena, weights, width);
  const table = weights.layers.flatMap((layer, i) => [
    ...tf.tidy(() => packer.layer(layer())), // frees the intermediates of packing
    ...packer.cache(batch, i),
  ]);
  return {
    layers: weights.layers.length,
    width,
    hiddenWidth,
    heads,
    kvHeads,
    headDim,
    vocabulary,
    embedding: kernels.address(embedding),
    layerTable: arena.integers(table),
    finalNorm: kernels.address(finalNorm),
    head: packer.matrix("head", weights.head, vocabulary, width),
    cos: kernels.address(rope.cos),
    sin: kernels.address(rope.sin),
    epsilon: weights.normEpsilon,
  };
}

class Packer {
  readonly #kernels: WasmKernels;
  readonly #arena: Arena;
  readonly #weights: DecoderWeights;
  readonly #width: number;

  constructor(kernels: WasmKernels, arena: Arena, weights: DecoderWeights, width: number) {
    this.#kernels = kernels;
    this.#arena = arena;
    this.#weights = weights;
    this.#width = width;
  }

  /** Panels of a matrix [n, k]. */
  matrix(what: string, tensor: tf.Tensor, n: number, k: number): number {
    expectShape(`decodeTokens: ${what}`, tensor, [n, k]);
    const panels = this.#arena.take(this.#kernels.call.linearScratch(n, k));
    this.#kernels.call.packWeight(this.#kernels.address(tensor), n, k, panels);
    return panels;
  }

  #vector(what: string, tensor: tf.Tensor | undefined, size: number): number {
    if (tensor === undefined) return 0;
    expectShape(`decodeTokens: ${what}`, tensor, [size]);
    return this.#kernels.address(tensor);
  }

  /** Addresses of the weights of a `Layer`, in its order. */
  layer(layer: LayerWeights): number[] {
    const { heads, kvHeads, headDim, hiddenWidth } = this.#weights;
    const [queries, keys] = [heads * headDim, kvHeads * headDim];
    const width = this.#width;
    return [
      this.#vector("input norm", layer.inputNorm, width),
      this.matrix("query", layer.query, queries, width),
      this.matrix("key", layer.key, keys, width),
      this.matrix("value", layer.value, keys, width),
      this.#vector("query bias", layer.biases?.[0], queries),
      this.#vector("key bias", layer.biases?.[1], keys),
      this.#vector("value bias", layer.biases?.[2], keys),
      this.#vector("query norm", layer.headNorms?.[0], headDim),
      this.#vector("key norm", layer.headNorms?.[1], headDim),
      this.matrix("output", layer.output, width, queries),
      this.#vector("post norm", layer.postNorm, width),
      this.matrix("gate", layer.gate, hiddenWidth, width),
      this.matrix("up", layer.up, hiddenWidth, width),
      this.matrix("down", layer.down, width, hiddenWidth),
    ];
  }

  /** Addresses of the keys and values of a `Layer`, in its order: of prompts, then of rows. */
  cache({ prefix, prefixStarts, groupOf, maxTokens }: DecodeBatch, layer: number): number[] {
    const keyWidth = this.#weights.kvHeads * this.#weights.headDim;
    const shape = [at(prefixStarts, prefixStarts.length - 1), keyWidth];
    const tensors = prefix[layer];
    if (tensors === undefined) throw new Error(`decodeTokens: no prefix of layer ${layer}`);
    expectShape("decodeTokens: prefix keys", tensors.keys, shape);
    expectShape("decodeTokens: prefix values", tensors.values, shape);
    const bytes = groupOf.length * maxTokens * keyWidth * Float32Array.BYTES_PER_ELEMENT;
    return [
      this.#kernels.address(tensors.keys),
      this.#kernels.address(tensors.values),
      this.#arena.take(bytes),
      this.#arena.take(bytes),
    ];
  }
}
