/** A decoder's weights on the GPU as its graphs bind them, whether they are trained or frozen and packed. */
import type { BufferView } from "../recording/graph.ts";
import type { LayerWeights } from "./layerWeights.ts";
import type { LowRank } from "./lowRank.ts";
import type { ParameterLayout } from "../layout/parameterLayout.ts";
import type { TokenMatrix } from "./tokenMatrix.ts";

export interface DecoderWeights {
  readonly layer: LayerWeights;
  /** Of embedding and head alike. */
  readonly tokens: TokenMatrix;
  /** Low-rank matrices beside those of the layers. */
  readonly adapter: LowRankWeights | null;
  /** What a trainer trains: all of them, an adapter, or nothing. */
  readonly trainable: TrainableWeights | null;
  /** Numbers in all. */
  readonly size: number;
  /** What kernels that read a part of a layer bind as `layer`: with it come the parts that kernels read together. */
  readonly layerView: (layer: number, part: string) => BufferView;
  /** The embedding or the head by its rows, of as many tokens each but the last. */
  readonly shards: (name: string) => readonly TokenShard[];
  /** Any other parameter that is no layer's, in float32. */
  readonly view: (name: string) => BufferView;
  /** Whether there is such a parameter. */
  readonly has: (name: string) => boolean;
}

/** Weights in one buffer, which an optimizer changes in place. */
export interface TrainableWeights {
  readonly layout: ParameterLayout;
  readonly buffer: GPUBuffer;
}

/** An adapter's matrices on the GPU. */
export interface LowRankWeights {
  readonly lowRank: LowRank;
  readonly layerView: (layer: number) => BufferView;
}

/** Rows of a matrix that are bound together. */
export interface TokenShard extends TokenRange {
  readonly matrix: BufferView;
}

export interface TokenRange {
  readonly start: number;
  readonly count: number;
}
