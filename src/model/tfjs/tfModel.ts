/** A decoder with its tokenizer, its parameters as TensorFlow.js tensors. */
import { ropeTable } from "../../ops/rotate/rotate.ts";
import * as tf from "../../ops/tf.ts";
import { adapterScale, type AdapterConfig } from "../weights/adapter.ts";
import type { ModelConfig } from "../language/config.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { LowRank } from "./lowRank.ts";
import type { HostTensor } from "../weights/parameters.ts";
import { downloadTensors, loadParameters, type Parameters } from "./tfParameters.ts";
import type { Tokenizer } from "../language/tokenizer.ts";
import type { Decoder } from "./transformer.ts";

export class TfModel implements LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly notes: readonly string[];
  /** The optimizer replaces these tensors. */
  readonly parameters: Map<string, tf.Tensor>;
  readonly decoder: Decoder;

  constructor({ config, tokenizer, notes }: LanguageModel, weights: ReadonlyMap<string, HostTensor>) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.notes = notes;
    this.parameters = loadParameters(config, weights);
    this.decoder = createDecoder(this.config, this.parameters);
  }

  /** Reads one current weight to the host. */
  async weight(name: string): Promise<HostTensor> {
    const tensor = this.parameters.get(name);
    if (tensor === undefined) throw new Error(`there is no parameter ${name}`);
    return { shape: tensor.shape, data: await tensor.data<"float32">() };
  }

  /** Reads the current weights to the host. */
  weights(): Promise<Map<string, HostTensor>> {
    return downloadTensors(this.parameters);
  }

  /** Returns the decoder with `trained` as its parameters, or as its adapter's tensors; in training with dropout and gradient checkpointing (`recompute`). */
  decoderWith(
    trained: Parameters,
    adapter: AdapterConfig | null,
    training: { readonly drop?: LowRank["drop"]; readonly recompute?: boolean } = {},
  ): Decoder {
    const { drop = null, recompute = false } = training;
    if (adapter === null) return { ...this.decoder, parameters: trained, recompute };
    const lowRank = { tensors: trained, scale: adapterScale(adapter), drop };
    return { ...this.decoder, adapter: lowRank, recompute };
  }

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
    tf.dispose([this.decoder.rope.cos, this.decoder.rope.sin]);
  }
}

/** Creates a decoder of these parameters, without an adapter; computes its rotary table. */
export function createDecoder(config: ModelConfig, parameters: Parameters): Decoder {
  const rope = ropeTable(config.maxPositions, config);
  tf.keep(rope.cos);
  tf.keep(rope.sin);
  return { config, parameters, rope, adapter: null, recompute: false };
}
