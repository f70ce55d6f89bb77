/** Text <-> token ids from tokenizer.json, as the Rust library `tokenizers` computes them. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import type { JsonObject } from "../../../formats/jsonObject.ts";
import { addedTokensOf, sectionsBy, type AddedToken } from "./addedTokens.ts";
import { checkKeys, refuse } from "./component.ts";
import { decoderOf } from "./decoders.ts";
import { normalizerOf } from "./normalizers.ts";
import { preTokenizerOf } from "./preTokenizers.ts";
import { knownBy, tokenModelOf, type TokenModel } from "./tokenModels.ts";
import { unigramBy } from "./unigram.ts";
import { TokenizerError } from "./tokenizerError.ts";

export interface Codec {
  /** Encodes a text without adding special tokens. */
  readonly encode: (text: string) => number[];
  /** Decodes token ids, skipping special tokens. */
  readonly decode: (tokens: ArrayLike<number>) => string;
  /** Returns a token's id; null if there is none of this text. */
  readonly idOf: (text: string) => number | null;
  readonly added: readonly AddedToken[];
}

/** Padding and truncation are left out, as transformers does unless asked for. */
const KEYS = {
  version: "any",
  truncation: "any",
  padding: "any",
  added_tokens: "any",
  normalizer: "any",
  pre_tokenizer: "any",
  post_processor: "any",
  decoder: "any",
  model: "any",
} as const;

/** Opens a tokenizer in which the texts of `special` are special tokens too. Throws `TokenizerError`. */
export function openCodec(tokenizerJson: JsonObject, special: readonly string[]): Codec {
  checkKeys({ place: "the file", type: "tokenizer.json", fields: tokenizerJson }, KEYS);
  const { model, vocabulary } = tokenModelOf(tokenizerJson["model"]);
  const added = withSpecial(addedTokensOf(tokenizerJson["added_tokens"]), vocabulary, special);
  const split = splitterOf(tokenizerJson, { model, vocabulary }, added);
  const normalized = added.filter((token) => token.normalized);
  if (new Set(normalized.map(({ content }) => split.normalize(content))).size < normalized.length)
    refuse("added_tokens", "has two that the normalizer makes equal, of which the Rust library takes either");
  const outside = sectionsBy(
    added.filter((token) => !token.normalized),
    ({ content }) => content,
  );
  const inside = sectionsBy(normalized, ({ content }) => split.normalize(content));
  const unknown = unknownOf(model, vocabulary);
  const ids = (text: string, isFirst: boolean): number[] =>
    split.tokens(text, isFirst).flatMap((token) => vocabulary.get(token) ?? unknown ?? []);
  const withinText = (text: string, isFirst: boolean): number[] =>
    inside(split.normalize(text)).flatMap((part) =>
      "id" in part ? [part.id] : ids(part.text, isFirst && part.start === 0),
    );
  return {
    encode: (text) =>
      outside(text).flatMap((part) => ("id" in part ? [part.id] : withinText(part.text, part.start === 0))),
    decode: decodeBy(vocabulary, added, { ...split, join: decoderOf(tokenizerJson["decoder"]) }),
    idOf: (text) => added.find(({ content }) => content === text)?.id ?? vocabulary.get(text) ?? null,
    added,
  };
}

/** Adds special tokens that tokenizer.json does not list as added, as transformers does. */
function withSpecial(
  added: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  special: readonly string[],
): AddedToken[] {
  const missing = [...new Set(special)].filter(
    (text) => text !== "" && added.every(({ content }) => content !== text),
  );
  let next =
    [...vocabulary.values(), ...added.map(({ id }) => id)].reduce((most, id) => Math.max(most, id), -1) + 1;
  const flags = { special: true, normalized: false, singleWord: false, lstrip: false, rstrip: false };
  return [
    ...added,
    ...missing.map((content) => ({ id: vocabulary.get(content) ?? next++, content, ...flags })),
  ];
}

function unknownOf(model: JsonObject, vocabulary: ReadonlyMap<string, number>): number | undefined {
  const { unk_id: id, unk_token: text } = model;
  return typeof id === "number" ? id : vocabulary.get(String(text));
}

interface Splitter {
  readonly normalize: (text: string) => string;
  /** Tokens of a normalised text; `isFirst` is true at the beginning of the whole text. */
  readonly tokens: (text: string, isFirst: boolean) => string[];
}

/** Normalizer, pre-tokenizer and model of the library. */
function splitterOf(
  json: JsonObject,
  { model, vocabulary }: TokenModel,
  added: readonly AddedToken[],
): Splitter {
  const [normalizer, preTokenizer] = [
    normalizerOf(json["normalizer"]),
    preTokenizerOf(json["pre_tokenizer"]),
  ];
  const none = { added_tokens: [], post_processor: null, decoder: null };
  const library = opened({ ...none, model, normalizer, pre_tokenizer: preTokenizer });
  const own = segmenterOf(library, model);
  checkFirst(preTokenizer, normalizer, added);
  const known = knownBy({ model, vocabulary });
  return {
    normalize: (text) => library.normalizer?.normalize(text) ?? text,
    tokens: (text, isFirst) => {
      const options = { section_index: isFirst ? 0 : 1 };
      const words = library.pre_tokenizer?.pre_tokenize_text(text, options) ?? [text];
      // One word at a time: the library fuses unknown tokens across words.
      return words.map(known).flatMap((word) => (word === "" ? [] : own(word)));
    },
  };
}

/** The Rust library looks for the beginning in the text before it was normalised. */
function checkFirst(
  preTokenizer: JsonObject | null,
  normalizer: JsonObject | null,
  added: readonly AddedToken[],
): void {
  if (normalizer === null || !JSON.stringify(preTokenizer).includes('"first"')) return;
  const place = "pre_tokenizer.prepend_scheme";
  if (added.some((token) => token.normalized)) refuse(place, 'is "first" with normalized added tokens');
  if (/"(StripAccents|Replace)"/.test(JSON.stringify(normalizer)))
    refuse(place, 'is "first" after a normalizer that may remove text');
}

/** The library's model, except that it breaks ties of unigrams otherwise. */
function segmenterOf({ model: own }: HuggingFaceTokenizer, model: JsonObject): (word: string) => string[] {
  if (model["type"] === "Unigram") return unigramBy(model["vocab"] as [string, number][]); // checked by `tokenModelOf`
  return own === null ? refuse("model", "is missing") : (word) => own([word]);
}

function opened(json: object): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(json, {});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TokenizerError(`tokenizer.json cannot be used: ${reason}`, { cause: error });
  }
}

/** Like the Rust library, gives tokens that are found in the normalised text in that form, and skips special ones by text. */
function decodeBy(
  vocabulary: ReadonlyMap<string, number>,
  added: readonly AddedToken[],
  parts: {
    readonly join: (tokens: readonly string[]) => string;
    readonly normalize: (text: string) => string;
  },
): Codec["decode"] {
  const texts = new Map([...vocabulary].map(([text, id]) => [id, text]));
  for (const { id, content, normalized } of added)
    texts.set(id, normalized ? parts.normalize(content) : content);
  const skipped = new Set(added.filter(({ special }) => special).map(({ content }) => content));
  for (const [id, text] of texts) if (skipped.has(text)) texts.delete(id);
  return (tokens) =>
    parts.join(
      Array.from(tokens, (id) => texts.get(id) ?? null).filter((text): text is string => text !== null),
    );
}
