/** A byte-level BPE tokenizer as tokenizer.json holds it. */
import type { JsonObject } from "../jsonObject.ts";

/** What differs between such tokenizers. */
export interface BpeTokenizer {
  /** By id. */
  readonly tokens: readonly string[];
  /** Two tokens each, parted by a space, the first merged first. */
  readonly merges: readonly string[];
  /** Tokens that a text is cut at before all else. */
  readonly addedTokens: readonly { readonly id: number; readonly special: boolean }[];
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  readonly decoder: JsonObject;
  /** Whether a piece that is a token is taken whole, whatever the merges. */
  readonly ignoreMerges: boolean;
}

/** The contents of tokenizer.json. */
export function bpeTokenizerJson(tokenizer: BpeTokenizer): JsonObject {
  const { tokens, merges, addedTokens, normalizer, preTokenizer, decoder, ignoreMerges } = tokenizer;
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens.map(({ id, special }) => ({ id, content: tokens[id], ...plain, special })),
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: null,
    decoder,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
