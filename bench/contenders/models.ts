/** The measured decoders. */
import { readModelFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { readModelConfig, type ModelConfig } from "../../src/model/language/config.ts";
import { initialParameters } from "../../src/model/weights/parameters.ts";
import type { BenchModel, Surroundings } from "./contender.ts";
import type { ModelName } from "./workload.ts";

/** SmolLM2-135M's config.json. */
const SMOLLM2 = {
  model_type: "llama",
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49_152,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  tie_word_embeddings: true,
  hidden_act: "silu",
  eos_token_id: 2,
};

const FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

/** Opens a decoder by name. */
export async function openModel(name: ModelName, file: Surroundings["file"]): Promise<BenchModel> {
  if (name === "SmolLM2-135M shape") {
    const config = readModelConfig(SMOLLM2);
    return { name, config, weights: initialParameters(config, 0) };
  }
  const read = async (part: string): Promise<[string, Uint8Array]> => {
    const bytes = await file(`models/${name}/${part}`);
    if (bytes === null) throw new Error(`public/models/${name}/${part} is missing`);
    return [part, bytes];
  };
  const folder = await readModelFolder(new Map(await Promise.all(FILES.map(read))));
  return { name, config: readModelConfig(folder.config), weights: folder.weights };
}

/** Returns the number of parameters in matrix products: each takes 2 FLOPs per token forward, and 4 backward. */
export function matrixParameters(config: ModelConfig): number {
  const { width, heads, kvHeads, headDim, hiddenWidth, layers, vocabulary } = config;
  const layer = width * (heads + 2 * kvHeads) * headDim + heads * headDim * width + 3 * width * hiddenWidth;
  return layers * layer + width * vocabulary;
}
