/** Converts the tokenizer in GGUF metadata to Hugging Face's tokenizer.json and tokenizer_config.json. */
import { bpeTokenizerJson } from "../huggingface/bpeTokenizer.ts";
import { BYTE_LEVEL, isByteLevel, preTokenizerOf } from "./ggufPreTokenizers.ts";
import type { GgufMetadata } from "./ggufMetadata.ts";
import { GgufError } from "./ggufError.ts";
import type { TokenizerTexts } from "../huggingface/specialTokens.ts";
import type { JsonObject } from "../jsonObject.ts";

/** llama.cpp's token types. */
export const TOKEN_KINDS = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;
const { control: CONTROL, userDefined: USER_DEFINED } = TOKEN_KINDS;

/** Reads a byte-level BPE tokenizer ("gpt2"), as in SmolLM2, Llama 3, Qwen 2 and Mistral Nemo. Throws `GgufError`. */
export function readGgufTokenizer(metadata: GgufMetadata): TokenizerTexts {
  const model = metadata.requiredText("tokenizer.ggml.model");
  if (!isByteLevel(model)) {
    throw new GgufError(
      `the tokenizer is of type ${model}; only byte-level BPE (gpt2) is supported`,
      "Open the model's Hugging Face folder instead.",
    );
  }
  const tokens = metadata.texts("tokenizer.ggml.tokens");
  const types = metadata.numbers("tokenizer.ggml.token_type");
  if (types.length !== tokens.length)
    throw new GgufError(`tokenizer.ggml.token_type has ${types.length} entries for ${tokens.length} tokens`);
  if (!metadata.has("tokenizer.ggml.merges"))
    throw new GgufError("metadata tokenizer.ggml.merges is missing");
  const { normalizer, preTokenizer, ignoreMerges } = preTokenizerOf(metadata.text("tokenizer.ggml.pre"));
  const config = tokenizerConfig(metadata, tokens);
  const tokenizerJson = bpeTokenizerJson({
    tokens,
    merges: metadata.texts("tokenizer.ggml.merges"),
    addedTokens: addedTokens(types),
    normalizer,
    preTokenizer,
    decoder: BYTE_LEVEL,
    ignoreMerges,
  });
  return {
    tokenizerJson: { ...tokenizerJson, post_processor: afterBos(config, metadata) },
    tokenizerConfig: config,
  };
}

/** Pre-tokenizers for which llama.cpp begins texts with BOS unless `add_bos_token` is false. */
const WITH_BOS: ReadonlySet<string> = new Set(["llama-bpe", "llama3", "llama-v3", "tekken"]);

/** Returns the post-processor that begins a text with BOS, as llama.cpp does; null if it does not. */
function afterBos(
  { bos_token: bos, add_bos_token: added }: JsonObject,
  metadata: GgufMetadata,
): JsonObject | null {
  const isAdded = added ?? WITH_BOS.has(metadata.text("tokenizer.ggml.pre") ?? "");
  if (isAdded !== true || typeof bos !== "string") return null;
  const [token, text] = [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  const ids = [metadata.required("tokenizer.ggml.bos_token_id")];
  return {
    type: "TemplateProcessing",
    single: [token, text],
    pair: [token, text, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: { [bos]: { id: bos, ids, tokens: [bos] } },
  };
}

function addedTokens(types: readonly number[]): { id: number; special: boolean }[] {
  return types.flatMap((type, id) =>
    type === CONTROL || type === USER_DEFINED ? [{ id, special: type === CONTROL }] : [],
  );
}

function tokenizerConfig(metadata: GgufMetadata, tokens: readonly string[]): JsonObject {
  const named = (key: string): string | null => {
    const id = metadata.number(`tokenizer.ggml.${key}_token_id`);
    if (id === undefined) return null;
    const found = tokens[id];
    if (found === undefined)
      throw new GgufError(
        `tokenizer.ggml.${key}_token_id is ${id}, but the tokenizer has ${tokens.length} tokens`,
      );
    return found;
  };
  const [unknown, addBos] = [named("unknown"), metadata.flag("tokenizer.ggml.add_bos_token")];
  const template = metadata.text("tokenizer.chat_template");
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: named("bos"),
    eos_token: named("eos"),
    pad_token: named("padding"),
    ...(unknown !== null && { unk_token: unknown }),
    ...(addBos !== undefined && { add_bos_token: addBos }),
    clean_up_tokenization_spaces: false,
    ...(template !== undefined && { chat_template: template }),
  };
}

/** Tokens that end a turn or a text, whatever the metadata says; llama.cpp stops at the same ones. */
export const ENDS: ReadonlySet<string> = new Set([
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|end_of_text|>",
  "</s>",
]);

/** Returns the ids of tokens that end a response. */
export function stopTokens(metadata: GgufMetadata): readonly number[] {
  const named = ["eos", "eot", "eom"].map((key) => metadata.number(`tokenizer.ggml.${key}_token_id`));
  const types = metadata.numbers("tokenizer.ggml.token_type");
  const known = metadata
    .texts("tokenizer.ggml.tokens")
    .flatMap((token, id) => (types[id] === CONTROL && ENDS.has(token) ? [id] : []));
  return [...new Set([...named.filter((id) => id !== undefined), ...known])];
}
