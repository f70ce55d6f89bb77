import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../formats/jsonObject.ts";
import { at } from "../../../math/at.ts";
import fixture from "../fixtures/tokenizers.json" with { type: "json" };
import { openCodec } from "./codec.ts";
import { testTokenizer } from "./selfTest.ts";

const bases: Readonly<Record<string, JsonObject>> = fixture.bases;

function baseOf(name: string): JsonObject {
  const base = bases[name];
  if (base === undefined) throw new Error(name);
  return base;
}

/** tools/oracle/make_tokenizer_fixtures.py: every component with two kinds of models, by the Rust library's version 0.23.3. */
describe("ids and texts equal the Rust library's", () => {
  test.each(
    fixture.cases.map((one) => [`${one.base} ${JSON.stringify(one.changes).slice(0, 120)}`, one] as const),
  )("%s", (_, { base, changes, ids, texts }) => {
    const json: JsonObject = { ...baseOf(base), ...changes };
    const codec = openCodec(json, []);
    testTokenizer(codec, json);
    for (const [i, string] of fixture.strings.entries()) {
      expect(codec.encode(string), JSON.stringify(string)).toEqual(ids[i]);
      if (texts.length > 0) expect(codec.decode(at(ids, i)), JSON.stringify(string)).toBe(texts[i]);
    }
  });
});

const splitAt = (regex: string): JsonObject => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior: "Isolated",
  invert: false,
});

describe("what is not computed is refused by name", () => {
  const open = (changes: JsonObject, base = "bytes"): unknown =>
    openCodec({ ...baseOf(base), ...changes }, []);
  const model = (changes: JsonObject, base = "bytes"): JsonObject => ({
    model: { ...(baseOf(base)["model"] as JsonObject), ...changes },
  });

  test.each<[string, JsonObject]>([
    ["pre_tokenizer is of type UnicodeScripts", { pre_tokenizer: { type: "UnicodeScripts" } }],
    [
      "pre_tokenizer.pretokenizers[0] is null",
      { pre_tokenizer: { type: "Sequence", pretokenizers: [null] } },
    ],
    [
      "pre_tokenizer.pretokenizers of Sequence is 7",
      { pre_tokenizer: { type: "Sequence", pretokenizers: 7 } },
    ],
    ["pre_tokenizer.pattern has ++, which takes possessively", { pre_tokenizer: splitAt("[+]++\\s++$") }],
    ["pre_tokenizer.pattern has (?>", { pre_tokenizer: splitAt("(?>a+)ab") }],
    ['pre_tokenizer.pattern is "x?", which matches the empty', { pre_tokenizer: splitAt("x?") }],
    ['pre_tokenizer.pattern is "\\\\b", which matches the empty', { pre_tokenizer: splitAt("\\b") }],
    [
      'pre_tokenizer.prepend_scheme is "first" after a normalizer that may remove text',
      {
        normalizer: { type: "Strip", strip_left: true, strip_right: false },
        pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: true },
      },
    ],
    [
      "added_tokens has two that the normalizer makes equal",
      {
        normalizer: { type: "Lowercase" },
        added_tokens: [
          { id: 5, content: "AB", normalized: true },
          { id: 6, content: "ab", normalized: true },
        ],
      },
    ],
    ["pre_tokenizer is {}", { pre_tokenizer: {} }],
    ["pre_tokenizer.shuffle is a field", { pre_tokenizer: { type: "Digits", shuffle: true } }],
    ["normalizer is of type Precompiled", { normalizer: { type: "Precompiled", precompiled_charsmap: "" } }],
    ["normalizer is 7", { normalizer: 7 }],
    ["decoder is of type CTC", { decoder: { type: "CTC" } }],
    ["model.dropout of BPE is 0.1", model({ dropout: 0.1 })],
    ["model.continuing_subword_prefix", model({ continuing_subword_prefix: "##" })],
    ["model.merges[0] is null", model({ merges: [null] })],
    ["model.merges of BPE is null", model({ merges: null })],
    ["model.vocab of BPE is []", model({ vocab: [] })],
    ["model is of type missing", { model: {} }],
    ["model is null", { model: null }],
    ["added_tokens[0] is null", { added_tokens: [null] }],
    ["added_tokens is {}", { added_tokens: {} }],
    ["the file.options is a field", { options: {} }],
  ])("%s", (message, changes) => {
    expect(() => open(changes)).toThrow(`tokenizer.json: ${message}`);
  });

  test("lines end with a line feed alone, and not at the end of a text", () => {
    const normalized = (regex: string, text: string): string => {
      const normalizer = { type: "Replace", pattern: { Regex: regex }, content: "x" };
      const codec = openCodec({ ...baseOf("bytes"), normalizer }, []);
      return codec.decode(codec.encode(text));
    };
    // As the Rust library 0.23.3.
    expect(normalized(".", "a\r\nb\u2028")).toBe("xx\nxx");
    expect(normalized("^a", "ab\nac\n")).toBe("xb\nxc\n");
    expect(normalized("b$", "ab\nbb")).toBe("ax\nbx");
  });

  test("a tokenizer that does not give back every text although it has all bytes", () => {
    const json = { ...baseOf("bytes"), decoder: { type: "ByteLevel" } };
    const codec = openCodec(json, []);
    const shifted = {
      ...codec,
      decode: (ids: ArrayLike<number>) => codec.decode(Array.from(ids, (id) => id + 1)),
    };
    expect(() => testTokenizer(shifted, json)).toThrow(/tokenizer.json contradicts itself: .* comes back as/);
  });

  test("an added token that another hides", () => {
    const token = { id: 5, content: "AB", single_word: false, lstrip: false, rstrip: false };
    const json = { ...baseOf("bytes"), added_tokens: [{ ...token, normalized: false, special: true }] };
    const codec = openCodec(json, []);
    expect(codec.encode("xABy")).toContain(5);
    const deaf = { ...codec, encode: () => [1, 2] };
    expect(() => testTokenizer(deaf, { ...json, normalizer: { type: "NFC" } })).toThrow("added token");
  });
});
