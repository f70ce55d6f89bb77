/** A decoder with its tokenizer, as it comes from a Hugging Face folder. */
import { ropeTable } from "../kernels/rotate/rotate.ts";
import * as tf from "../kernels/tf.ts";
import type { ModelFolder } from "../formats/modelFolder.ts";
import { readModelConfig, type ModelConfig } from "./config.ts";
import { downloadTensors, loadParameters, type HostTensor } from "./parameters.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";
import type { Decoder } from "./transformer.ts";

export class LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The optimizer replaces these tensors. */
  readonly parameters: Map<string, tf.Tensor>;
  readonly decoder: Decoder;

  constructor(folder: ModelFolder) {
    this.config = readModelConfig(folder.config);
    this.tokenizer = createTokenizer(folder.tokenizerJson, folder.tokenizerConfig);
    this.parameters = loadParameters(this.config, folder.weights);
    this.decoder = createDecoder(this.config, this.parameters);
  }

  /** The weights now, on the host. */
  weights(): Promise<Map<string, HostTensor>> {
    return downloadTensors(this.parameters);
  }

  /** The folder it was opened from, with the weights of now, and the end of a response where the folder left it out. */
  async trainedFolder(folder: ModelFolder): Promise<ModelFolder> {
    const generationConfig = folder.generationConfig ?? { eos_token_id: this.config.eosTokens };
    return { ...folder, weights: await this.weights(), generationConfig };
  }

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
    tf.dispose([this.decoder.rope.cos, this.decoder.rope.sin]);
  }
}

/** A decoder over given parameters; computes its rotary table. */
export function createDecoder(config: ModelConfig, parameters: ReadonlyMap<string, tf.Tensor>): Decoder {
  const rope = ropeTable(config.maxPositions, config.headDim, config.ropeTheta);
  tf.keep(rope.cos);
  tf.keep(rope.sin);
  return { config, parameters, rope };
}
