/** A model without its weights: architecture and tokenizer. */
import type { FolderTexts } from "../../formats/huggingface/modelFolder.ts";
import { readModelConfig, type ModelConfig } from "./config.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** What was decided that the files leave open, one sentence each; page and command line show them when a model opens. */
  readonly notes: readonly string[];
}

/** Reads the text files of a Hugging Face folder. `frame` is the system prompt and prompt suffix of all questions. */
export function readLanguageModel(folder: FolderTexts, frame?: PromptFrame): LanguageModel {
  // generation_config.json takes precedence, as in transformers.
  const ends = folder.generationConfig?.["eos_token_id"] ?? folder.config["eos_token_id"];
  return {
    config: readModelConfig({ ...folder.config, eos_token_id: ends }),
    tokenizer: createTokenizer(folder, frame),
    notes: folder.notes ?? [],
  };
}
