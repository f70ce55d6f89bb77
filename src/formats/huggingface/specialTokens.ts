/** Special tokens of a model folder: the one reader for chat template, scoring, sampling and export. */
import { isJsonObject, type JsonObject } from "../jsonObject.ts";

/** Files of a folder that name special tokens. */
export interface TokenizerTexts {
  /** tokenizer.json */
  readonly tokenizerJson: JsonObject;
  /** tokenizer_config.json */
  readonly tokenizerConfig: JsonObject;
  /** special_tokens_map.json, if present */
  readonly specialTokensMap?: JsonObject;
}

/** transformers' names, which chat templates use. */
const NAMES = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;
export type SpecialTokenName = (typeof NAMES)[number];

export interface SpecialTokens {
  /** Text of each special token that the model has. */
  readonly named: ReadonlyMap<SpecialTokenName, string>;
  /** Texts of all others. */
  readonly additional: readonly string[];
}

/** Keys of further special tokens, the older one first. */
const ADDITIONAL = ["additional_special_tokens", "extra_special_tokens"] as const;

/**
 * Reads the special tokens, each given as text or as an object with `content`. Like transformers, special_tokens_map.json
 * overrides tokenizer_config.json unless that lists `added_tokens_decoder`.
 */
export function readSpecialTokens({ tokenizerConfig, specialTokensMap }: TokenizerTexts): SpecialTokens {
  const overrides = "added_tokens_decoder" in tokenizerConfig ? {} : (specialTokensMap ?? {});
  const given: JsonObject = { ...tokenizerConfig, ...overrides };
  const named = NAMES.flatMap((name): [SpecialTokenName, string][] => {
    const text = tokenText(given[name]);
    return text === null ? [] : [[name, text]];
  });
  const additional = ADDITIONAL.flatMap((key) => listOf(given[key])).flatMap(
    (token) => tokenText(token) ?? [],
  );
  return { named: new Map(named), additional };
}

/** Returns a special token's text; null if the model has none. */
export function tokenText(token: unknown): string | null {
  const text = isJsonObject(token) ? token["content"] : token;
  return typeof text === "string" ? text : null;
}

/** Returns the token that the post-processor of tokenizer.json puts before a text; null if there is none. */
export function firstToken(postProcessor: unknown): string | null {
  if (!isJsonObject(postProcessor)) return null;
  const { type, processors, single, cls } = postProcessor;
  if (type === "Sequence")
    return (
      listOf(processors)
        .map(firstToken)
        .find((token) => token !== null) ?? null
    );
  if (type === "TemplateProcessing") {
    const [first] = listOf(single);
    const token = isJsonObject(first) ? first["SpecialToken"] : null;
    return isJsonObject(token) && typeof token["id"] === "string" ? token["id"] : null;
  }
  const [text] = type === "BertProcessing" || type === "RobertaProcessing" ? listOf(cls) : [];
  return typeof text === "string" ? text : null;
}

/** Lists as they are; the values of an object, which newer files name. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}
