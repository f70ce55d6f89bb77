/** A model without its weights: architecture and tokenizer. */
import type { FolderTexts } from "../../formats/huggingface/modelFolder.ts";
import { readModelConfig, type ModelConfig } from "./config.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { endTokensOf } from "./endTokens.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Choices made at opening that the files leave open, one sentence each; page and command line show them. */
  readonly notes: readonly string[];
}

/** Reads the text files of a Hugging Face folder. `frame` is the system prompt and prompt suffix of all questions. */
export function readLanguageModel(folder: FolderTexts, frame?: PromptFrame): LanguageModel {
  const tokenizer = createTokenizer(folder, frame);
  const ends = endTokensOf(folder, tokenizer);
  const plain = tokenizer.hasChatTemplate ? [] : [PLAIN];
  return {
    config: { ...readModelConfig(folder.config), eosTokens: ends.ids },
    tokenizer,
    notes: [...(folder.notes ?? []), ...plain, ...ends.notes],
  };
}

const PLAIN =
  "the model has no chat template: a prompt is the text of its turns with a line break after each, unless a template is given";
