/**
 * How a text is cut into words before merging, by the name that llama.cpp gives it (`tokenizer.ggml.pre`), in the words
 * of tokenizer.json. A wrong cut gives wrong tokens without a complaint, so unknown names are refused.
 */
import { GgufError } from "./ggufError.ts";
import type { JsonObject } from "../jsonObject.ts";

/** What of tokenizer.json the name decides. */
interface PreTokenizer {
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  /** A word that is a token is never merged from its parts. */
  readonly ignoreMerges: boolean;
}

/** GPT-2's own cut comes with ByteLevel. */
const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

const GPT2: PreTokenizer = { normalizer: null, preTokenizer: BYTE_LEVEL, ignoreMerges: false };

const SMOLLM: PreTokenizer = {
  ...GPT2,
  preTokenizer: {
    type: "Sequence",
    pretokenizers: [{ type: "Digits", individual_digits: true }, BYTE_LEVEL],
  },
};

function cutBy(regex: string): JsonObject {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

function splitBy(regex: string): JsonObject {
  return { type: "Sequence", pretokenizers: [cutBy(regex), { ...BYTE_LEVEL, use_regex: false }] };
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

/** One cut after another; letters are those with case, in either case, and the Chinese and Korean ones. */
const DEEPSEEK: PreTokenizer = {
  normalizer: null,
  preTokenizer: {
    type: "Sequence",
    pretokenizers: [
      ...[
        "[\\r\\n]",
        "\\s?[\\p{Lu}\\p{Ll}\\p{Lt}]+",
        "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
        "\\s+$",
        "[一-龥ࠀ-一가-퟿]+",
      ].map(cutBy),
      { type: "Digits", individual_digits: true },
      { ...BYTE_LEVEL, use_regex: false },
    ],
  },
  ignoreMerges: false,
};

/** Numbers apart, in threes from the right; all else is one word, however long. */
const SUPERBPE: PreTokenizer = {
  normalizer: null,
  preTokenizer: {
    type: "Sequence",
    pretokenizers: [
      cutBy("\\p{N}+"),
      cutBy("\\d{1,3}(?=(?:\\d{3})*(?!\\d))"),
      { ...BYTE_LEVEL, use_regex: false },
    ],
  },
  ignoreMerges: false,
};

/** The cut of the embedded models: phrases whole, digits apart. llama.cpp has no name for it. */
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

/** Whether a tokenizer of that kind (`tokenizer.ggml.model`) is byte-level BPE. */
export function isByteLevel(model: string): boolean {
  return model === "gpt2";
}

/** The cut of that name; throws when it is not known. */
export function preTokenizerOf(name: string | undefined): PreTokenizer {
  const found = name === undefined ? undefined : BY_NAME.get(name);
  if (found !== undefined) return found;
  const known = [...BY_NAME.keys()].join(", ");
  throw new GgufError(
    `it cuts texts into words by ${name === undefined ? "no named rule" : `rule "${name}"`} (tokenizer.ggml.pre), and ${known} are known`,
    "Open the model's Hugging Face folder instead.",
  );
}

/** llama.cpp's name for a tokenizer's cut. */
export interface CutName {
  readonly name: string;
  /** Texts that the name cuts otherwise, in words; null when there are none. */
  readonly differs: string | null;
}

/** The name of the cut in a tokenizer.json, or null when llama.cpp's names that are known here hold none like it. */
export function cutNameOf(tokenizerJson: JsonObject): CutName | null {
  const cut = canonical(
    tokenizerJson["normalizer"],
    tokenizerJson["pre_tokenizer"],
    isObject(tokenizerJson["model"]) && tokenizerJson["model"]["ignore_merges"] === true,
  );
  const isCut = (rule: PreTokenizer): boolean =>
    canonical(rule.normalizer, rule.preTokenizer, rule.ignoreMerges) === cut;
  for (const [name, rule] of BY_NAME) if (isCut(rule)) return { name, differs: null };
  // The merges of the embedded models hardly ever join what PHRASES parts, so a cut that parts less will do.
  return isCut(PHRASES)
    ? { name: "superbpe", differs: 'letters after "? ", and words that follow a backslash' }
    : null;
}

/** A cut as text, equal for equal cuts: keys in order, and without what only says where tokens lie in the text. */
function canonical(normalizer: unknown, preTokenizer: unknown, ignoreMerges: boolean): string {
  return JSON.stringify([normalizer ?? null, preTokenizer ?? null, ignoreMerges], (key, value: unknown) => {
    if (key === "trim_offsets") return undefined;
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
