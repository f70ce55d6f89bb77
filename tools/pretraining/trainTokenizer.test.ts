import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { corpus, SKILL_MIX } from "../../src/tasks/corpus.ts";
import golden from "../oracle/tokenizer_golden.json" with { type: "json" };
import { PIECES, tokenizerFiles } from "./trainTokenizer.ts";

const readCommitted = (name: string): string =>
  readFileSync(new URL(`../../public/models/tokenizer/${name}`, import.meta.url), "utf8");
const tokenizer = new Tokenizer(
  JSON.parse(readCommitted("tokenizer.json")) as object,
  JSON.parse(readCommitted("tokenizer_config.json")) as object,
);
const encode = (text: string): number[] => tokenizer.encode(text).ids;
// The library refuses to decode an empty list.
const decode = (ids: number[]): string =>
  ids.length === 0 ? "" : tokenizer.decode(ids, { skip_special_tokens: false });

test("the committed tokenizer is what the trainer makes", () => {
  for (const [name, text] of tokenizerFiles()) expect(readCommitted(name), name).toBe(text);
});

test("the vocabulary is three special tokens, 256 bytes and merges, a multiple of 16 below 512", () => {
  const size = tokenizer.get_vocab().size;
  expect(size).toBe(464);
  expect(["<pad>", "<bos>", "<eos>"].map((token) => tokenizer.token_to_id(token))).toEqual([0, 1, 2]);
});

test("ids equal those of the Python library", () => {
  for (const { text, ids } of golden) expect(encode(text), JSON.stringify(text)).toEqual(ids);
});

test("phrases are one token each and digits are apart", () => {
  const tokens = (text: string): string[] =>
    tokenizer.encode(text).tokens.map((token) => token.replaceAll("Ġ", " "));
  expect(tokens("He buys 59 more. ")).toEqual(["He buys ", "5", "9", " more. "]);
  expect(tokens("=23. A. 13 no. \\boxed{A}")).toEqual(
    ["=", "2", "3", ". ", "A. ", "1", "3", " no. ", "\\boxed{", "A", "}"], // prettier-ignore
  );
});

describe("any text round-trips exactly", () => {
  test.each([
    ["whole Unicode", fc.string({ unit: "binary", maxLength: 60 })],
    ["grapheme clusters", fc.string({ unit: "grapheme", maxLength: 30 })],
    [
      "fragments of the corpus",
      fc.string({
        unit: fc.constantFrom("\\boxed{", ". ", " ", "?", "A", "now", "7", "\n", "\r", "<bos>", "<", "é"),
      }),
    ],
  ])("%s", (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => decode(encode(text)) === text),
      { numRuns: 500, seed: 1 },
    );
  });
});

test("the name of a special token in a text is that token, and still round-trips", () => {
  expect(encode("a<eos>b")).toEqual([...encode("a"), 2, ...encode("b")]);
  expect(decode(encode("a<eos>b"))).toBe("a<eos>b");
  expect(tokenizer.decode(encode("a<eos>b"), { skip_special_tokens: true })).toBe("ab");
});

test("a lone surrogate, which is no Unicode text, becomes the replacement character", () => {
  expect(decode(encode("a\ud800b"))).toBe("a\ufffdb");
});

test("a prompt and its response encode apart as they do together", () => {
  for (const { prompt, response } of corpus({ documents: 300, seed: 3, mix: SKILL_MIX })) {
    expect([...encode(`${prompt}\n`), ...encode(response)]).toEqual(encode(`${prompt}\n${response}`));
  }
});

test("responses of the corpus stay under 112 tokens and prompts under 64", () => {
  let response = 0;
  let prompt = 0;
  for (const document of corpus({ documents: 4000, seed: 4, mix: SKILL_MIX })) {
    response = Math.max(response, encode(document.response).length + 1); // + <eos>
    prompt = Math.max(prompt, encode(`${document.prompt}\n`).length + 1); // + <bos>
  }
  expect(response).toBeLessThan(112);
  expect(prompt).toBeLessThan(64);
});

test("the pieces of the pre-tokenizer cover every character of a text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => (text.match(new RegExp(PIECES, "gu")) ?? []).join("") === text,
    ),
    { numRuns: 300, seed: 2 },
  );
});
