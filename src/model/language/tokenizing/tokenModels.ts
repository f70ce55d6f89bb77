/** Models of tokenizer.json that @huggingface/tokenizers computes as the Rust library does. */
import { isJsonObject, type JsonObject } from "../../../formats/jsonObject.ts";
import { brief, checkKeys, refuse, type Component, type Keys } from "./component.ts";

export interface TokenModel {
  /** Model that the library runs. */
  readonly model: JsonObject;
  /** Ids by text. */
  readonly vocabulary: ReadonlyMap<string, number>;
}

/** Settings that change the result and are off. */
const NONE = [null, ""];

const BPE: Keys = {
  dropout: [null, 0],
  unk_token: "any",
  continuing_subword_prefix: NONE,
  end_of_word_suffix: "any",
  fuse_unk: "boolean",
  byte_fallback: "boolean",
  ignore_merges: "boolean",
  vocab: "object",
  merges: "list",
};
const KEYS: Readonly<Record<string, Keys>> = {
  BPE,
  WordPiece: {
    unk_token: "string",
    continuing_subword_prefix: "string",
    max_input_chars_per_word: "number",
    vocab: "object",
  },
  WordLevel: { unk_token: "string", vocab: "object" },
  Unigram: { unk_id: "number", vocab: "list", byte_fallback: [false] },
};

/** No text has it. */
const NEVER = "\u0000\u0000";

/** Reads the model. Throws `TokenizerError`. */
export function tokenModelOf(value: unknown): TokenModel {
  if (!isJsonObject(value)) return refuse("model", `is ${brief(value)}`);
  const type = value["type"] ?? typeOf(value);
  const keys = typeof type === "string" && Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (typeof type !== "string" || keys === undefined) return refuse("model", `is of type ${brief(type)}`);
  const component = { place: "model", type, fields: value };
  checkKeys(component, keys);
  if (type === "Unigram") return unigram(component);
  const vocabulary = vocabularyOf(value["vocab"]);
  checkUnknown(value["unk_token"], vocabulary);
  const { unk_token: unknown, end_of_word_suffix: suffix } = value;
  if (typeof suffix === "string" && suffix !== "" && typeof unknown !== "string")
    refuse("model.end_of_word_suffix", `is ${brief(suffix)} without unk_token`);
  if (type === "BPE") return { model: { ...value, type, merges: mergesOf(value, vocabulary) }, vocabulary };
  if (type === "WordPiece") return { model: value, vocabulary };
  // A word that is not a token has a rest that is none.
  const model = { ...value, type: "WordPiece", continuing_subword_prefix: NEVER };
  return { model: { ...model, max_input_chars_per_word: Infinity }, vocabulary };
}

/**
 * Returns a function that removes from a word what BPE without an unknown token leaves out, before anything is merged: the
 * library would keep it between its neighbours.
 */
export function knownBy({ model, vocabulary }: TokenModel): (word: string) => string {
  const { type, unk_token: unknown, byte_fallback: fallback, ignore_merges: whole } = model;
  if (type !== "BPE" || typeof unknown === "string") return (word) => word;
  const isKnown = (character: string): boolean =>
    vocabulary.has(character) || (fallback === true && isBytes(character, vocabulary));
  return (word) => {
    if (whole === true && vocabulary.has(word)) return word;
    const characters = Array.from(word);
    return characters.every(isKnown) ? word : characters.filter(isKnown).join("");
  };
}

function isBytes(character: string, vocabulary: ReadonlyMap<string, number>): boolean {
  const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
  return [...new TextEncoder().encode(character)].every((byte) => vocabulary.has(`<0x${hex(byte)}>`));
}

/** Older files do not name the type. */
function typeOf({ merges, vocab, max_input_chars_per_word: most }: JsonObject): string | undefined {
  if (Array.isArray(merges)) return "BPE";
  if (Array.isArray(vocab)) return "Unigram";
  return most === undefined ? undefined : "WordPiece";
}

function vocabularyOf(vocab: unknown): Map<string, number> {
  const entries = Object.entries(isJsonObject(vocab) ? vocab : refuse("model.vocab", `is ${brief(vocab)}`));
  if (entries.length === 0) refuse("model.vocab", "is empty");
  return new Map(
    entries.map(([text, id]) =>
      isId(id) ? [text, id] : refuse(`model.vocab[${JSON.stringify(text)}]`, `is ${brief(id)}`),
    ),
  );
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function checkUnknown(unknown: unknown, vocabulary: ReadonlyMap<string, number>): void {
  if (unknown === null || unknown === undefined) return;
  if (typeof unknown !== "string" || !vocabulary.has(unknown))
    refuse("model.unk_token", `is ${brief(unknown)}, which is not in model.vocab`);
}

/** Merges as pairs, written "a b" in older files. Both and their concatenation must be tokens, as in the Rust library. */
function mergesOf(
  { merges, byte_fallback: fallback }: JsonObject,
  vocabulary: ReadonlyMap<string, number>,
): string[][] {
  const listed: readonly unknown[] = Array.isArray(merges)
    ? merges
    : refuse("model.merges", `is ${brief(merges)}`);
  return listed.map((merge, i) => {
    const place = `model.merges[${i}]`;
    const pair: readonly unknown[] =
      typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [left, right] = pair;
    if (typeof left !== "string" || typeof right !== "string" || pair.length !== 2)
      return refuse(place, `is ${brief(merge)}, not a pair`);
    if (fallback === true && /^<0x..>$/.test(left)) refuse(place, "merges bytes of byte_fallback");
    for (const token of [left, right, left + right])
      if (!vocabulary.has(token)) refuse(place, `needs ${brief(token)}, which is not in model.vocab`);
    return [left, right];
  });
}

function unigram({ fields }: Component): TokenModel {
  const { vocab, unk_id: unknown } = fields;
  const entries: readonly unknown[] = Array.isArray(vocab) ? vocab : [];
  const texts = entries.map((entry, i) => {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [text, score, ...rest] = pair;
    return typeof text === "string" && typeof score === "number" && rest.length === 0
      ? text
      : refuse(`model.vocab[${i}]`, `is ${brief(entry)}, not a token with its score`);
  });
  if (!isId(unknown) || unknown >= texts.length) refuse("model.unk_id", `is ${brief(unknown)}`);
  return { model: { ...fields, type: "Unigram" }, vocabulary: new Map(texts.map((text, id) => [text, id])) };
}
