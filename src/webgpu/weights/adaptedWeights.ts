/** Frozen weights with a trained LoRA adapter. */
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
   * `factors` are LoRA matrices A [R, in] and B [out, R] under PEFT's names, such as
   * "model.layers.0.self_attn.q_proj.lora_A.weight"; their product is multiplied by `scale`. They may include a value head.
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
