/** Weights of a decoder on the GPU as its graphs bind them, trained or frozen and packed. */
import type { BufferView } from "../recording/graph.ts";
import type { LayerWeights } from "./layerWeights.ts";
import type { LowRank } from "./lowRank.ts";
import type { ParameterLayout } from "../layout/parameterLayout.ts";
import type { TokenMatrix } from "./tokenMatrix.ts";

export interface DecoderWeights {
  readonly layer: LayerWeights;
  /** Format of embedding and head. */
  readonly tokens: TokenMatrix;
  /** LoRA adapter of the layers. */
  readonly adapter: LowRankWeights | null;
  /** Trainable weights: all, an adapter, or null. */
  readonly trainable: TrainableWeights | null;
  /** Total number of parameters. */
  readonly size: number;
  /** Range that kernels reading a part of a layer bind as `layer`; includes all parts that kernels read together with it. */
  readonly layerView: (layer: number, part: string) => BufferView;
  /** Shards of embedding or head by rows; all but the last have the same number of tokens. */
  readonly shards: (name: string) => readonly TokenShard[];
  /** Any other parameter outside the layers, in float32. */
  readonly view: (name: string) => BufferView;
  /** True if there is a parameter of this name. */
  readonly has: (name: string) => boolean;
}

/** Weights in one buffer, which the optimizer updates in place. */
export interface TrainableWeights {
  readonly layout: ParameterLayout;
  readonly buffer: GPUBuffer;
}

/** An adapter's matrices on the GPU. */
export interface LowRankWeights {
  readonly lowRank: LowRank;
  readonly layerView: (layer: number) => BufferView;
}

/** Rows of a matrix bound together. */
export interface TokenShard extends TokenRange {
  readonly matrix: BufferView;
}

export interface TokenRange {
  readonly start: number;
  readonly count: number;
}
