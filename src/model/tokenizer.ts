/** Text <-> token ids, by a Hugging Face `tokenizer.json`; a question -> prompt tokens, by the model's chat template. */
import { Template } from "@huggingface/jinja";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";

/** What a run needs of a tokenizer. */
export interface Tokenizer {
  /** Ids of a text as it stands, no special tokens added. */
  encode(text: string): Int32Array;
  /** Text of ids, special tokens left out. */
  decode(tokens: ArrayLike<number>): string;
  /** Ids of a question as the model was trained to see it: one user turn in its chat template. */
  encodePrompt(prompt: string): Int32Array;
}

interface TokenizerConfig {
  readonly chat_template?: unknown;
  readonly bos_token?: unknown;
  readonly eos_token?: unknown;
}

/** Builds a tokenizer from the two files of a model folder. */
export function createTokenizer(tokenizerJson: object, tokenizerConfig: object): Tokenizer {
  const tokenizer = new HuggingFaceTokenizer(tokenizerJson, tokenizerConfig);
  const config: TokenizerConfig = tokenizerConfig;
  if (typeof config.chat_template !== "string") {
    throw new Error("tokenizer_config.json has no chat_template: the model cannot be asked a question");
  }
  const template = new Template(config.chat_template);
  const encode = (text: string): Int32Array =>
    Int32Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids);
  return {
    encode,
    decode: (tokens) =>
      tokens.length === 0
        ? "" // the library refuses an empty list
        : tokenizer.decode(Array.from(tokens), {
            skip_special_tokens: true,
            clean_up_tokenization_spaces: false,
          }),
    encodePrompt: (prompt) =>
      encode(
        template.render({
          messages: [{ role: "user", content: prompt }],
          bos_token: config.bos_token ?? "",
          eos_token: config.eos_token ?? "",
          add_generation_prompt: true,
        }),
      ),
  };
}
