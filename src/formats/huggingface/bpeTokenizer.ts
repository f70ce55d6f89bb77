/** Writes tokenizer.json of a byte-level BPE tokenizer. */
import type { JsonObject } from "../jsonObject.ts";

interface BpeTokenizer {
  /** By id. */
  readonly tokens: readonly string[];
  /** Pairs of tokens separated by a space, by priority. */
  readonly merges: readonly string[];
  /** Tokens at which a text is split before pre-tokenization. */
  readonly addedTokens: readonly { readonly id: number; readonly special: boolean }[];
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  readonly decoder: JsonObject;
  /** Take a word that is a token as a whole, without merging. */
  readonly ignoreMerges: boolean;
}

/** Returns the content of tokenizer.json. */
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
      merges: mergesWithin(merges, new Set(tokens)),
    },
  };
}

/** Leaves out merges into no token, which Hugging Face's libraries refuse and llama.cpp undoes. */
function mergesWithin(merges: readonly string[], tokens: ReadonlySet<string>): string[] {
  return merges.filter((merge) =>
    [...merge.split(" "), merge.replace(" ", "")].every((one) => tokens.has(one)),
  );
}
