/**
 * Pre-tokenizers, which split a text into words before BPE merges: llama.cpp's names (`tokenizer.ggml.pre`) and their
 * equivalents in tokenizer.json. A wrong one gives wrong tokens silently, so unknown names are rejected.
 */
import { GgufError } from "./ggufError.ts";
import { isJsonObject, type JsonObject } from "../jsonObject.ts";

/** Parts of tokenizer.json that the name determines. */
interface PreTokenizer {
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  /** Take a word that is a token as a whole, without merging. */
  readonly ignoreMerges: boolean;
}

/** Includes GPT-2's regular expression. */
export const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};
const BYTES_ONLY = { ...BYTE_LEVEL, use_regex: false };
const DIGITS = { type: "Digits", individual_digits: true };

function sequence(...pretokenizers: JsonObject[]): JsonObject {
  return { type: "Sequence", pretokenizers };
}

function split(regex: string): JsonObject {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

const GPT2: PreTokenizer = { normalizer: null, preTokenizer: BYTE_LEVEL, ignoreMerges: false };

const SMOLLM: PreTokenizer = { ...GPT2, preTokenizer: sequence(DIGITS, BYTE_LEVEL) };

function splitBy(regex: string): JsonObject {
  return sequence(split(regex), BYTES_ONLY);
}

const LLAMA3: PreTokenizer = {
  normalizer: null,
  preTokenizer: splitBy(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  ignoreMerges: true,
};

const QWEN2: PreTokenizer = {
  normalizer: { type: "NFC" },
  preTokenizer: splitBy(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  ignoreMerges: false,
};

const TEKKEN: PreTokenizer = {
  normalizer: null,
  preTokenizer: splitBy(
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  ignoreMerges: true,
};

/** Letters are those with case, and Chinese and Korean ones. */
const DEEPSEEK: PreTokenizer = {
  ...GPT2,
  preTokenizer: sequence(
    ...[
      "[\\r\\n]",
      "\\s?[\\p{Lu}\\p{Ll}\\p{Lt}]+",
      "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
      "\\s+$",
      "[一-龥ࠀ-一가-퟿]+",
    ].map(split),
    DIGITS,
    BYTES_ONLY,
  ),
};

/** Splits numbers into groups of three from the right; all other text is one word, however long. */
const SUPERBPE: PreTokenizer = {
  ...GPT2,
  preTokenizer: sequence(split("\\p{N}+"), split("\\d{1,3}(?=(?:\\d{3})*(?!\\d))"), BYTES_ONLY),
};

/** The embedded models' pre-tokenizer: whole phrases and single digits. llama.cpp has no name for it. */
const PHRASES: PreTokenizer = {
  ...SUPERBPE,
  preTokenizer: splitBy("\\\\boxed\\{|[0-9]|[A-Za-z ]+(?:[.?] ?)?|\\. ?|[^A-Za-z0-9 .]"),
};

const BY_NAME: ReadonlyMap<string, PreTokenizer> = new Map([
  ["gpt-2", GPT2],
  ["smollm", SMOLLM],
  ["starcoder", SMOLLM],
  ["refact", SMOLLM],
  ["llama-bpe", LLAMA3],
  ["llama3", LLAMA3],
  ["llama-v3", LLAMA3],
  ["qwen2", QWEN2],
  ["deepseek-r1-qwen", QWEN2],
  ["tekken", TEKKEN],
  ["deepseek-llm", DEEPSEEK],
  ["superbpe", SUPERBPE],
]);

/** Returns true if a tokenizer model (`tokenizer.ggml.model`) is byte-level BPE. */
export function isByteLevel(model: string): boolean {
  return model === "gpt2";
}

/** Returns the pre-tokenizer of a name. Throws `GgufError` if it is unknown. */
export function preTokenizerOf(name: string | undefined): PreTokenizer {
  const found = name === undefined ? undefined : BY_NAME.get(name);
  if (found !== undefined) return found;
  const known = [...BY_NAME.keys()].join(", ");
  throw new GgufError(
    `the pre-tokenizer (tokenizer.ggml.pre) is ${name === undefined ? "missing" : `"${name}"`}; supported are ${known}`,
    "Open the model's Hugging Face folder instead.",
  );
}

/** llama.cpp's name of a pre-tokenizer. */
export interface PreTokenizerName {
  readonly name: string;
  /** Description of texts that llama.cpp splits differently; null if there are none. */
  readonly differs: string | null;
}

/** Returns llama.cpp's name of the pre-tokenizer in a tokenizer.json, or null if no known name is equivalent. */
export function preTokenizerName(tokenizerJson: JsonObject): PreTokenizerName | null {
  const wanted = canonical(
    tokenizerJson["normalizer"],
    tokenizerJson["pre_tokenizer"],
    isJsonObject(tokenizerJson["model"]) && tokenizerJson["model"]["ignore_merges"] === true,
  );
  const isWanted = (rule: PreTokenizer): boolean =>
    canonical(rule.normalizer, rule.preTokenizer, rule.ignoreMerges) === wanted;
  for (const [name, rule] of BY_NAME) if (isWanted(rule)) return { name, differs: null };
  // The embedded models' merges rarely cross the boundaries of PHRASES, so a coarser pre-tokenizer works.
  return isWanted(PHRASES)
    ? { name: "superbpe", differs: 'letters after "? ", and words that follow a backslash' }
    : null;
}

/** Returns a canonical text of a pre-tokenizer: keys sorted, without `trim_offsets`, which does not affect tokens. */
function canonical(normalizer: unknown, preTokenizer: unknown, ignoreMerges: boolean): string {
  return JSON.stringify([normalizer ?? null, preTokenizer ?? null, ignoreMerges], (key, value: unknown) => {
    if (key === "trim_offsets") return undefined;
    return isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}
