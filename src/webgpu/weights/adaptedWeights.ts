/** Frozen weights with an adapter beside them, which is what is trained. */
import type { DecoderWeights, LowRankWeights, TokenShard } from "./decoderWeights.ts";
import type { BufferView } from "../recording/graph.ts";
import type { LayerWeights } from "./layerWeights.ts";
import type { ParameterBuffer } from "./parameterBuffer.ts";
import type { TokenMatrix } from "./tokenMatrix.ts";

export class AdaptedWeights implements DecoderWeights {
  readonly adapter: LowRankWeights;
  readonly trainable: ParameterBuffer;
  readonly layer: LayerWeights;
  readonly tokens: TokenMatrix;
  readonly size: number;
  readonly #base: DecoderWeights;

  /**
   * `factors` are matrices A [rank, in] and B [out, rank] beside any of the layers' own, named as PEFT does:
   * "model.layers.0.self_attn.q_proj.lora_A.weight". What they add is multiplied by `scale`. A value head is trained too if
   * it is among them.
   */
  constructor(base: DecoderWeights, factors: ParameterBuffer, scale: number) {
    this.#base = base;
    this.trainable = factors;
    this.adapter = {
      lowRank: { layout: factors.layout.layer, scale },
      layerView: (layer) => factors.layerView(layer),
    };
    [this.layer, this.tokens, this.size] = [base.layer, base.tokens, base.size + factors.size];
  }

  layerView(layer: number, part: string): BufferView {
    return this.#base.layerView(layer, part);
  }

  shards(name: string): readonly TokenShard[] {
    return this.#base.shards(name);
  }

  view(name: string): BufferView {
    return this.trainable.has(name) ? this.trainable.view(name) : this.#base.view(name);
  }

  has(name: string): boolean {
    return this.trainable.has(name) || this.#base.has(name);
  }
}
