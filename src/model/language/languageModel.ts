/** What is known of a model wherever its weights are: its architecture and its tokenizer. */
import type { FolderTexts } from "../../formats/huggingface/modelFolder.ts";
import { readModelConfig, type ModelConfig } from "./config.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

/** A decoder's architecture and its tokenizer. */
export interface LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

/** Reads a Hugging Face folder but for its weights; questions are asked in `frame`. */
export function readLanguageModel(folder: FolderTexts, frame?: PromptFrame): LanguageModel {
  // What generation_config.json says of the end wins, as in transformers.
  const ends = folder.generationConfig?.["eos_token_id"] ?? folder.config["eos_token_id"];
  return {
    config: readModelConfig({ ...folder.config, eos_token_id: ends }),
    tokenizer: createTokenizer(folder.tokenizerJson, folder.tokenizerConfig, frame),
  };
}
