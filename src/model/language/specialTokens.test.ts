import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../formats/jsonObject.ts";
import { tokenizerFile } from "../fixture.ts";
import { firstToken, readSpecialTokens } from "../../formats/huggingface/specialTokens.ts";
import { createTokenizer } from "./tokenizer.ts";

const tokenizerJson = tokenizerFile("tokenizer.json");

describe("special tokens of a folder", () => {
  const named = (tokenizerConfig: JsonObject, specialTokensMap?: JsonObject): Record<string, string> =>
    Object.fromEntries(
      readSpecialTokens({ tokenizerJson, tokenizerConfig, ...(specialTokensMap && { specialTokensMap }) })
        .named,
    );

  test("are texts or objects with their text", () => {
    expect(
      named({ bos_token: { content: "<s>", lstrip: false }, eos_token: "</s>", pad_token: null }),
    ).toEqual({
      bos_token: "<s>",
      eos_token: "</s>",
    });
  });

  test("come from special_tokens_map.json unless tokenizer_config.json lists added_tokens_decoder", () => {
    const map = { bos_token: { content: "<s>" }, eos_token: "</s>" };
    expect(named({ eos_token: "<end>" }, map)).toEqual({ bos_token: "<s>", eos_token: "</s>" });
    expect(named({ eos_token: "<end>", added_tokens_decoder: {} }, map)).toEqual({ eos_token: "<end>" });
  });

  test("have further ones under both names, as a list or by name", () => {
    const { additional } = readSpecialTokens({
      tokenizerJson,
      tokenizerConfig: {
        additional_special_tokens: ["<a>", { content: "<b>" }],
        extra_special_tokens: { image: "<c>" },
      },
    });
    expect(additional).toEqual(["<a>", "<b>", "<c>"]);
  });

  test("are found in a text and left out of it although tokenizer.json lists none as added", () => {
    const bare = { ...tokenizerJson, added_tokens: [] };
    const tokenizer = createTokenizer({
      tokenizerJson: bare,
      tokenizerConfig: { bos_token: "<bos>", eos_token: "<eos>" },
    });
    expect([...tokenizer.encode("<bos>7<eos>")]).toEqual([1, ...tokenizer.encode("7"), 2]);
    expect(tokenizer.decode([1, ...tokenizer.encode("7"), 2])).toBe("7");
    expect(tokenizer.beginning).toBe("<bos>");
  });
});

test("the token before a text is that of the post-processor's template, wherever it is", () => {
  const template = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>" } }, { Sequence: { id: "A" } }],
  };
  expect(firstToken({ type: "Sequence", processors: [{ type: "ByteLevel" }, template] })).toBe("<s>");
  expect(firstToken({ ...template, single: [{ Sequence: { id: "A" } }] })).toBe(null);
  expect(firstToken({ type: "BertProcessing", sep: ["[SEP]", 1], cls: ["[CLS]", 0] })).toBe("[CLS]");
  expect(firstToken(null)).toBe(null);
});

const WILD = new URL("../../../../shared/data/wild/models/bos_token_dict/", import.meta.url);

describe.skipIf(!existsSync(WILD))("the folder bos_token_dict, whose bos_token is an object", () => {
  const read = (name: string): JsonObject =>
    JSON.parse(readFileSync(new URL(name, WILD), "utf8")) as JsonObject;

  test("begins prompts and scored texts with it", () => {
    const chat_template = readFileSync(new URL("chat_template.jinja", WILD), "utf8");
    const tokenizerConfig = { ...read("tokenizer_config.json"), chat_template };
    const tokenizer = createTokenizer({ tokenizerJson: read("tokenizer.json"), tokenizerConfig });
    expect([...tokenizer.encode(tokenizer.beginning)]).toEqual([7]);
    expect(tokenizer.promptText("hi")).toMatch(/^<\|begin_of_text\|><\|start_header_id\|>user/);
    expect([...tokenizer.encodePrompt("hi")].slice(0, 2)).toEqual([7, 8]);
  });
});
