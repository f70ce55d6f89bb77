import { at } from "../../math/at.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { Arena } from "./arena.ts";
import type { DecodeBatch, DecoderWeights, LayerWeights } from "./input.ts";

/** Packs the matrices of a decoder for the kernel and allocates the KV cache of its layers; returns its fields of a `Decoding`. */
export function packDecoder(
  kernels: WasmKernels,
  arena: Arena,
  { heads, kvHeads, headDim, hiddenWidth, normEpsilon, ...weights }: DecoderWeights,
  batch: DecodeBatch,
) {
  const [vocabulary, width] = matrixShape("decodeTokens: embedding", weights.embedding);
  if (batch.prefix.length !== weights.layers.length)
    throw new Error("decodeTokens: the prefix must have an entry per layer");
  const pack = packing(kernels, arena);
  const sizes = { width, hiddenWidth, headDim, queries: heads * headDim, keys: kvHeads * headDim };
  const prefixShape = [at(batch.prefixStarts, batch.prefixStarts.length - 1), sizes.keys];
  const cacheBytes = batch.groupOf.length * batch.maxTokens * sizes.keys * Float32Array.BYTES_PER_ELEMENT;
  const table = weights.layers.flatMap((layer, i) => {
    const { keys, values } = at(batch.prefix, i);
    return [
      ...tf.tidy(() => layerFields(layer(), sizes, pack)), // frees the intermediates of packing
      pack.address("prefix keys", keys, prefixShape),
      pack.address("prefix values", values, prefixShape),
      arena.take(cacheBytes),
      arena.take(cacheBytes),
    ];
  });
  return {
    layers: weights.layers.length,
    width,
    hiddenWidth,
    heads,
    kvHeads,
    headDim,
    vocabulary,
    embedding: kernels.address(weights.embedding),
    layerTable: arena.integers(table),
    finalNorm: pack.address("final norm", weights.finalNorm, [width]),
    head: pack.matrix("head", weights.head, vocabulary, width),
    cos: kernels.address(weights.rope.cos),
    sin: kernels.address(weights.rope.sin),
    epsilon: normEpsilon,
  };
}

/** Checks shapes and returns addresses: of tensors, and of matrices packed to panels. */
function packing(kernels: WasmKernels, arena: Arena) {
  const address = (what: string, tensor: tf.Tensor, shape: readonly number[]): number => {
    expectShape(`decodeTokens: ${what}`, tensor, shape);
    return kernels.address(tensor);
  };
  return {
    address,
    matrix: (what: string, tensor: tf.Tensor, n: number, k: number): number => {
      const from = address(what, tensor, [n, k]);
      const panels = arena.take(kernels.call.linearScratch(n, k));
      kernels.call.packWeight(from, n, k, panels);
      return panels;
    },
    /** 0 if there is no vector. */
    vector: (what: string, tensor: tf.Tensor | undefined, size: number): number =>
      tensor === undefined ? 0 : address(what, tensor, [size]),
  };
}

type Sizes = Readonly<Record<"width" | "hiddenWidth" | "headDim" | "queries" | "keys", number>>;

/** Addresses of the weights of a `Layer`, in its order. */
function layerFields(
  { biases, headNorms, ...layer }: LayerWeights,
  { width, hiddenWidth, headDim, queries, keys }: Sizes,
  { matrix, vector }: ReturnType<typeof packing>,
): number[] {
  return [
    vector("input norm", layer.inputNorm, width),
    matrix("query", layer.query, queries, width),
    matrix("key", layer.key, keys, width),
    matrix("value", layer.value, keys, width),
    vector("query bias", biases?.[0], queries),
    vector("key bias", biases?.[1], keys),
    vector("value bias", biases?.[2], keys),
    vector("query norm", headNorms?.[0], headDim),
    vector("key norm", headNorms?.[1], headDim),
    matrix("output", layer.output, width, queries),
    vector("post norm", layer.postNorm, width),
    matrix("gate", layer.gate, hiddenWidth, width),
    matrix("up", layer.up, hiddenWidth, width),
    matrix("down", layer.down, width, hiddenWidth),
  ];
}
